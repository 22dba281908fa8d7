import { type Checked, check } from '../compile.ts';
import { compileRequests, NO_UPSTREAM, type Options } from './input.ts';
import { findingsOf, report, slowProgress } from './output.ts';

/** `gw lint`: all findings of all gateways in one run. */
export async function lint(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, {
    defaultPreset: 'recommended',
    today: true,
    audit: true,
    upstream: NO_UPSTREAM,
  });
  const checked: Checked[] = requests.map((request) => check(request, slowProgress('lint')));
  await report(findingsOf(checked), options);
  return checked.some(({ failed }) => failed) ? 1 : 0;
}
