import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emitValidators } from '../../cli/emit/validators.ts';
import { child, type Node } from '../../cli/load/document.ts';
import { member } from '../../cli/load/pointer.ts';
import { openWorkspace } from '../../cli/load/workspace.ts';
import { SchemaPool } from '../../cli/plan/schemas.ts';
import type { ApiOperation, Resolver } from '../../cli/resolve/api.ts';
import { resolveApis } from '../../cli/resolve/resolve.ts';
import { schemaFailure } from '../../runtime/validate/failure.ts';
import { loadValidators, routeWith } from '../support/schemas.ts';

/**
 * The examples that real documents give for what they accept, against the validators of the same documents: JSON bodies of requests and
 * values of parameters. Those that are refused break their own schema; each is listed.
 */
const corpus = process.env.GW_CORPUS;

interface Exception {
  readonly document: string;
  /** How many examples of the document are refused, by keyword of the schema. */
  readonly refused: Readonly<Record<string, number>>;
  readonly reason: string;
}

const EXCEPTIONS: readonly Exception[] = [
  { document: 'asana.yaml', refused: { type: 1 }, reason: 'a list is written as one text with commas' },
  { document: 'box.json', refused: { type: 1 }, reason: 'an object is left out of a list' },
  {
    document: 'datadog-v2.yaml',
    refused: { type: 3, enum: 1 },
    reason: 'texts stand for numbers, booleans and lists; one type is not in the enumeration',
  },
  { document: 'github-2021.yaml', refused: { type: 2 }, reason: 'the example is an object around another, and ids are texts' },
  {
    document: 'github-api.json',
    refused: { type: 4, oneOf: 2, pattern: 2, required: 1 },
    reason:
      'null files, texts for ids, keys that are no SSH keys, a member left out, objects for texts, and an object around another',
  },
  { document: 'nexmo-reports.yaml', refused: { format: 4 }, reason: 'date-times where the schema says date' },
];

interface Example {
  readonly schema: string;
  readonly value: unknown;
}

function keysOf(node: Node): readonly string[] {
  return typeof node.value === 'object' && node.value !== null ? Object.keys(node.value) : [];
}

/** `example` and the `value` of each of `examples`. */
function examplesOf(node: Node, resolver: Resolver): readonly unknown[] {
  const examples = child(node, 'examples');
  const named = keysOf(examples).map((key) => member(resolver.resolve(child(examples, key))?.node.value, 'value'));
  return [member(node.value, 'example'), ...named].filter((value) => value !== undefined);
}

function examplesOfOperation(operation: ApiOperation, resolver: Resolver, pool: SchemaPool): readonly Example[] {
  const { requestBody, parameters } = operation;
  const content = requestBody === undefined ? undefined : child(requestBody, 'content');
  const bodies =
    content === undefined
      ? []
      : keysOf(content)
          .filter((type) => type.includes('json'))
          .map((type) => child(content, type));
  return [...bodies, ...parameters.map(({ node }) => node)].flatMap((holder) => {
    const values = examplesOf(holder, resolver);
    const schema = child(holder, 'schema');
    if (values.length === 0 || schema.value === undefined) return [];
    const id = pool.add(schema, { version: operation.api.version, direction: 'request' });
    return values.map((value) => ({ schema: id, value }));
  });
}

async function refusedExamples(
  file: string,
): Promise<{ readonly count: number; readonly refused: Readonly<Record<string, number>> }> {
  const { apis, resolver } = resolveApis(openWorkspace(corpus ?? ''), [{ file }]);
  const pool = new SchemaPool(resolver);
  const examples = apis.flatMap((api) => api.operations.flatMap((operation) => examplesOfOperation(operation, resolver, pool)));
  const options = examples.map(({ schema }) => ({ schema }));
  const policy = { key: 'validation.request', stage: 'body', module: 'validate/body', factory: 'body', options };
  const { code, diagnostics } = emitValidators({ schemas: pool.plans(), routes: [routeWith([policy])] });
  expect([...pool.diagnostics, ...diagnostics]).toEqual([]);
  const validators = await loadValidators(code);
  const refused: Record<string, number> = {};
  for (const { schema, value } of examples) {
    const validate = validators[schema];
    if (validate === undefined || validate(value)) continue;
    const { keyword } = schemaFailure(validate.errors);
    refused[keyword] = (refused[keyword] ?? 0) + 1;
  }
  return { count: examples.length, refused };
}

describe.skipIf(corpus === undefined)('examples of real documents', () => {
  const files =
    corpus === undefined
      ? []
      : readdirSync(corpus)
          .filter((file) => /\.(yaml|json)$/.test(file))
          .sort();
  let total = 0;

  it.each(files)('%s accepts its own', async (file) => {
    const { count, refused } = await refusedExamples(file);
    total += count;
    expect(refused).toEqual(EXCEPTIONS.find(({ document }) => document === file)?.refused ?? {});
  });

  it('were more than two thousand', () => {
    expect(total).toBeGreaterThan(2000);
  });
});
