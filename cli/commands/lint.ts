import { type Checked, check } from '../compile.ts';
import { governing } from './governing.ts';
import { compileRequests, NO_UPSTREAM, type Options } from './input.ts';
import { findingsOf, report, slowProgress } from './output.ts';

/** `gw lint`: all findings of all gateways in one run. */
export async function lint(documents: readonly string[], options: Options): Promise<number> {
  const requests = governing(
    compileRequests(documents, options, { defaultPreset: 'recommended', today: true, upstream: NO_UPSTREAM }),
    options,
  );
  const checked: Checked[] = requests.map((request) => check(request, slowProgress('lint')));
  await report(findingsOf(checked), options);
  return checked.some(({ failed }) => failed) ? 1 : 0;
}
