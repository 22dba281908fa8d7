import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emitValidators } from '../../cli/emit/validators.ts';
import { child } from '../../cli/load/document.ts';
import { openWorkspace } from '../../cli/load/workspace.ts';
import { MockSchemas } from '../../cli/mock/mock-schemas.ts';
import { sample } from '../../cli/mock/sample.ts';
import type { Json } from '../../cli/plan/ir.ts';
import { SchemaPool } from '../../cli/plan/schemas.ts';
import { resolveApis } from '../../cli/resolve/resolve.ts';
import { isFields } from '../../cli/resolve/walk.ts';
import { schemaFailure } from '../../runtime/validate/failure.ts';
import { loadValidators, routeWith } from '../support/schemas.ts';

/**
 * What `gw serve --mock` makes up for every response of real documents, against the validators that a gateway would have for the same
 * schemas. Those without a value are listed, with the reason.
 */
const corpus = process.env.GW_CORPUS;

interface Made {
  readonly schemas: number;
  /** Places of schemas for which no value was found. */
  readonly without: readonly string[];
  /** What the validators refuse, as `place keyword`. */
  readonly refused: readonly string[];
}

async function madeFor(file: string): Promise<Made> {
  const { apis, resolver } = resolveApis(openWorkspace(corpus ?? ''), [{ file }]);
  const pool = new SchemaPool(resolver);
  const schemas = new MockSchemas(resolver);
  const without: string[] = [];
  const made: { readonly schema: string; readonly place: string; readonly value: Json }[] = [];
  let count = 0;
  for (const { responses, api, method, path } of apis.flatMap(({ operations }) => operations)) {
    for (const [status, response] of responses) {
      const content = child(response, 'content');
      for (const type of Object.keys(isFields(content.value) ? content.value : {})) {
        const media = api.resolver.resolve(child(content, type))?.node;
        const schema = media === undefined ? undefined : child(media, 'schema');
        if (schema?.value === undefined) continue;
        count += 1;
        const place = `${method} ${path} ${status} ${type}`;
        const lowered = schemas.lower(schema, api.version);
        const accepts = schemas.conformance(lowered);
        const found = sample(lowered, { schema: (id) => schemas.schema(id), accepts, seed: place });
        if (found?.conforms !== true) without.push(place);
        else made.push({ schema: pool.add(schema, { version: api.version, direction: 'response' }), place, value: found.value });
      }
    }
  }
  const options = made.map(({ schema }) => ({ schema }));
  const policy = { key: 'validation.response', stage: 'body', module: 'validate/body', factory: 'body', options };
  const { code } = emitValidators({ schemas: pool.plans(), routes: [routeWith([policy])] });
  const validators = await loadValidators(code);
  const refused = made.flatMap(({ schema, place, value }) => {
    const validate = validators[schema];
    return validate === undefined || validate(value) ? [] : [`${place} ${schemaFailure(validate.errors).keyword}`];
  });
  return { schemas: count, without, refused };
}

/** Schemas for which no value was found. */
const EXCEPTIONS: Readonly<Record<string, { readonly count: number; readonly reason: string }>> = {
  'github-api.json': {
    count: 2,
    reason: 'one of several schemas of objects that nothing tells apart: a value of one fits the other',
  },
  'nexmo-reports.yaml': { count: 5, reason: 'one of several schemas of objects that nothing tells apart' },
  'zally-api.yaml': { count: 8, reason: 'a schema elsewhere on the network, which is not fetched' },
};

describe.skipIf(corpus === undefined)('answers made up for real documents', () => {
  const files =
    corpus === undefined
      ? []
      : readdirSync(corpus)
          .filter((file) => /\.(yaml|json)$/.test(file))
          .sort();
  let total = 0;
  it.each(files)('%s: they fit its own validators', async (file) => {
    const { schemas, without, refused } = await madeFor(file);
    total += schemas;
    expect(refused).toEqual([]);
    expect(without).toHaveLength(EXCEPTIONS[file]?.count ?? 0);
  });

  it('were more than ten thousand', () => {
    expect(total).toBeGreaterThan(10_000);
  });
});
