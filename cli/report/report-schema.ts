import type { Json } from '../plan/ir.ts';

const position: Json = {
  type: 'object',
  description: 'Lines and columns start at 1; columns count UTF-16 code units.',
  properties: { line: { type: 'integer', minimum: 1 }, column: { type: 'integer', minimum: 1 } },
  required: ['line', 'column'],
  additionalProperties: false,
};

const place: { readonly [key: string]: Json } = {
  file: { type: 'string', description: 'Path below the folder that holds all documents, / as separator.' },
  start: { $ref: '#/$defs/position' },
  end: { $ref: '#/$defs/position' },
};

const count: Json = { type: 'integer', minimum: 0 };

const finding: Json = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^[a-z]+/[a-z0-9.-]+$', description: 'Rule id, category/name. Never renamed.' },
    severity: { enum: ['error', 'warn', 'info'] },
    message: { type: 'string' },
    hint: { type: 'string', description: 'What to do about it.' },
    ...place,
    pointer: { type: 'string', description: 'JSON pointer (RFC 6901) of the place; absent for syntax errors.' },
    operation: {
      type: 'object',
      properties: { method: { type: 'string' }, path: { type: 'string' }, operationId: { type: 'string' } },
      required: ['method', 'path'],
      additionalProperties: false,
    },
    owner: { type: 'string', description: 'Owning team, where one is known.' },
    related: {
      type: 'array',
      description: 'The references that lead to the place, or the other side of a conflict.',
      items: {
        type: 'object',
        properties: { message: { type: 'string' }, ...place },
        required: ['message', 'file', 'start', 'end'],
        additionalProperties: false,
      },
    },
    fingerprint: {
      type: 'string',
      pattern: '^[0-9a-f]{12}(:[0-9]+)?$',
      description: 'The same in two versions of the documents, whatever lines, order or file they are in.',
    },
    suppressed: { type: 'boolean', description: 'Whether someone has accepted it; it is not counted then.' },
    suppression: {
      type: 'object',
      properties: { by: { enum: ['document', 'gateway', 'baseline'] }, reason: { type: 'string' } },
      required: ['by', 'reason'],
      additionalProperties: false,
    },
    docs: { type: 'string', description: 'The command that explains the rule.' },
  },
  required: ['id', 'severity', 'message', 'file', 'start', 'end', 'related', 'fingerprint', 'suppressed', 'docs'],
  additionalProperties: false,
};

/** JSON Schema of what `--format json` writes; a line of `jsonl` is one of its findings. */
export function reportSchema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Findings of gw',
    type: 'object',
    properties: {
      tool: { const: 'gw' },
      version: { type: 'string' },
      summary: {
        type: 'object',
        properties: { documents: count, error: count, warn: count, info: count, suppressed: count },
        required: ['documents', 'error', 'warn', 'info', 'suppressed'],
        additionalProperties: false,
      },
      findings: { type: 'array', items: { $ref: '#/$defs/finding' } },
    },
    required: ['tool', 'version', 'summary', 'findings'],
    additionalProperties: false,
    $defs: { position, finding },
  };
}
