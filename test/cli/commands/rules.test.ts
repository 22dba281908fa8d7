import { afterEach, describe, expect, it, vi } from 'vitest';
import { explain } from '../../../cli/commands/explain.ts';
import { catalogue } from '../../../cli/lint/catalogue.ts';

/** What a command prints. */
async function printed(run: () => Promise<number>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await run()).toBe(0);
  return write.mock.calls.map(([text]) => String(text)).join('');
}

afterEach(() => void vi.restoreAllMocks());

describe('L19: gw explain <rule>', () => {
  it.each(catalogue.map((rule) => [rule.id, rule] as const))('%s has a page', async (id, rule) => {
    const page = await printed(() => explain(id, [], {}));
    expect(page.split('\n')[0]).toBe(
      `${id}  (${rule.severity}, in ${rule.presets.join(' and ')}${rule.locked === true ? ', locked: only a suppression in the gateway file silences it' : ''})`,
    );
    for (const text of [rule.summary, `Why:    ${rule.why}`, `Fix:    ${rule.fix}`, `Source: ${rule.source}`])
      expect(page).toContain(`  ${text}\n`);
  });
});
