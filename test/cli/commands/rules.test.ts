import { afterEach, describe, expect, it, vi } from 'vitest';
import { explain } from '../../../cli/commands/explain.ts';
import { catalogue } from '../../../cli/lint/catalogue.ts';

afterEach(() => void vi.restoreAllMocks());

/** The page that `gw explain` prints about a rule. */
async function pageOf(id: string): Promise<string> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
    text += String(chunk);
    const done = rest.find((one) => typeof one === 'function');
    if (typeof done === 'function') done();
    return true;
  });
  expect(await explain(id, [], {})).toBe(0);
  vi.restoreAllMocks();
  return text;
}

describe('L19: gw explain <rule>', () => {
  it.each(catalogue.map((rule) => [rule.id, rule] as const))('%s has a page', async (id, rule) => {
    const lock = rule.locked === true ? ', locked: only a suppression in the gateway file silences it' : '';
    const page = await pageOf(id);
    expect(page.split('\n')[0]).toBe(`${id}  (${rule.severity}, in ${rule.presets.join(' and ')}${lock})`);
    for (const text of [rule.summary, `Why:    ${rule.why}`, `Fix:    ${rule.fix}`, `Source: ${rule.source}`])
      expect(page).toContain(`  ${text}\n`);
  });
});
