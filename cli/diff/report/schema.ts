import type { Json } from '../../plan/ir.ts';
import { sections, severities, verdicts } from '../change.ts';

const text: Json = { type: 'string' };
const count: Json = { type: 'integer', minimum: 0 };

function closed(properties: { readonly [key: string]: Json }, required: readonly string[] = Object.keys(properties)): Json {
  return { type: 'object', properties, required: [...required], additionalProperties: false };
}

const location: Json = closed({
  file: { type: 'string', description: 'Path below the folder that holds all documents, / as separator.' },
  line: { type: 'integer', minimum: 1 },
  column: { type: 'integer', minimum: 1 },
  endLine: { type: 'integer', minimum: 1 },
  endColumn: { type: 'integer', minimum: 1 },
});

const change: Json = closed(
  {
    id: { type: 'string', description: 'Never renamed.' },
    section: { enum: [...sections] },
    severity: { enum: [...severities] },
    direction: {
      enum: ['weaker', 'tighter', 'neutral', 'unknown'],
      description: 'For whoever relies on the protection of the gateway.',
    },
    verdict: { enum: [...verdicts], description: 'What --fail-on names.' },
    route: { type: 'string', description: 'Method and template, where the change concerns one route.' },
    owner: text,
    routes: {
      type: 'array',
      items: closed({ name: text, owner: text }, ['name']),
      description: 'Where it concerns several routes, or none.',
    },
    message: text,
    before: { description: 'The effective value in the base.' },
    after: { description: 'The effective value in the head.' },
    at: closed({ base: { $ref: '#/$defs/location' }, head: { $ref: '#/$defs/location' } }, []),
    witness: { type: 'string', description: 'A request that shows it.' },
    fingerprint: {
      type: 'string',
      pattern: '^[0-9a-f]{12}$',
      description: 'For approvals.yaml; stays when lines, files and parameter names change.',
    },
    reviewers: { type: 'array', items: text, description: 'Teams that the change concerns.' },
    approved: closed({ reason: text, approvedBy: text, until: text }, ['reason', 'approvedBy']),
  },
  ['id', 'section', 'severity', 'direction', 'verdict', 'message', 'at', 'fingerprint', 'reviewers'],
);

/** JSON Schema of what `gw diff --format json` writes (D13). */
export function diffSchema(): Json {
  const summary = closed({
    conflicts: count,
    weakened: count,
    breaking: count,
    potential: count,
    compatible: count,
    approved: count,
    routes: closed({ base: count, head: count, added: count, removed: count, changed: count }),
    documentation: count,
  });
  const reviewer = closed({
    team: text,
    handles: { type: 'array', items: text },
    why: { type: 'array', items: { enum: ['owner', 'policy', 'take-over'] } },
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'gw diff report',
    ...Object(
      closed({
        tool: { const: 'gw' },
        version: text,
        gateway: text,
        base: text,
        head: text,
        verdict: { enum: ['pass', 'fail'] },
        failOn: { type: 'array', items: { enum: [...verdicts] } },
        summary,
        reviewers: { type: 'array', items: reviewer, description: 'Who must look at it (C4).' },
        changes: { type: 'array', items: { $ref: '#/$defs/change' } },
        skipped: { type: 'array', items: text, description: 'What could not be compared.' },
        errors: { type: 'array', items: text, description: 'Why the head cannot be built.' },
        notes: { type: 'array', items: closed({ severity: { enum: ['error', 'warn'] }, message: text }) },
      }),
    ),
    $defs: { change, location },
  };
}
