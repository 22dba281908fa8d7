import { type Checked, check } from '../compile.ts';
import { effectiveRules } from '../lint/settings.ts';
import { compileRequests, NO_UPSTREAM, type Options } from './input.ts';
import { findingsOf, print, report, slowProgress } from './output.ts';

/** `gw lint`: all findings of all gateways in one run. */
export async function lint(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, { defaultPreset: 'recommended', today: true, upstream: NO_UPSTREAM });
  const checked: Checked[] = requests.map((request) => check(request, slowProgress('lint')));
  if (options.printConfig === true) return await printConfig(checked, options);
  await report(findingsOf(checked), options);
  return checked.some(({ failed }) => failed) ? 1 : 0;
}

/** How every rule is set for each gateway: its severity, and its options where it has some. */
async function printConfig(checked: readonly Checked[], options: Options): Promise<number> {
  const gateways = checked.flatMap(({ config, settings }) => {
    if (config === undefined || settings === undefined) return [];
    const { preset, suppress } = settings;
    const rules = Object.fromEntries(effectiveRules(settings));
    return [{ gateway: config.name, preset, rules, suppress: suppress.map(({ at: _, ...rest }) => rest) }];
  });
  if (gateways.length < checked.length) {
    await report(findingsOf(checked), options);
    return 1;
  }
  await print(`${JSON.stringify(gateways.length === 1 ? gateways[0] : gateways, null, 2)}\n`);
  return 0;
}
