import { type Checked, check } from '../compile.ts';
import { checkExamples } from '../examples/check.ts';
import { settleOne } from '../examples/settle.ts';
import { compileRequests, NO_UPSTREAM, type Options } from './input.ts';
import { findingsOf, report, slowProgress } from './output.ts';

/**
 * `gw examples`: the examples of the documents as tests, with the validators and the routes that the gateway would have.
 *
 * @returns 1 when one of them would be refused, or would reach another operation
 */
export async function examples(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, { defaultPreset: 'serve', showOnly: true, upstream: NO_UPSTREAM });
  const found: Checked[] = [];
  let count = 0;
  for (const request of requests) {
    const checked = check(request, slowProgress('examples'));
    if (checked.failed || checked.merged === undefined || checked.plan === undefined) {
      await report(findingsOf([checked]), {}, true);
      return 1;
    }
    const result = await checkExamples(checked.merged, checked.plan);
    count += result.count;
    found.push({ ...checked, diagnostics: settleOne(result.diagnostics, checked) });
  }
  await report(findingsOf(found), options);
  process.stderr.write(`gw: ${count} examples checked\n`);
  return found.some(({ diagnostics }) => diagnostics.length > 0) ? 1 : 0;
}
