import { expect, it } from 'vitest';
import { stageNames } from '../../../cli/plan/stages.ts';
import { vocabulary } from '../../../cli/plan/vocabulary.ts';
import { connectionFields } from '../../../cli/policies/header-names.ts';
import { REQUEST_STAGES, RESPONSE_STAGES } from '../../../runtime/contract.ts';
import { HOP_BY_HOP } from '../../../runtime/hop-by-hop.ts';

it('knows the stages of the runtime in their order', () => {
  expect(stageNames).toEqual([...REQUEST_STAGES, ...RESPONSE_STAGES]);
});

it('knows the fields of a connection that the runtime never passes on', () => {
  expect(connectionFields).toEqual([...HOP_BY_HOP].sort());
});

it('names run halves that exist', async () => {
  for (const { runtime } of vocabulary) {
    if (runtime === 'plan') continue;
    const module: unknown = await import(`../../../runtime/policies/${runtime.module.replace('policies/', '')}.ts`);
    expect(module).toHaveProperty(runtime.factory, expect.any(Function));
  }
});

it('has each key once', () => {
  const keys = vocabulary.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
