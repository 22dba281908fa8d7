import type { Checked } from '../compile.ts';
import { effectiveRules } from '../lint/settings.ts';
import type { Options } from './input.ts';
import { findingsOf, print, report } from './output.ts';

/** `gw lint --print-config`: how every rule is set for each gateway, its severity, and its options where it has some. */
export async function printConfig(checked: readonly Checked[], options: Options): Promise<number> {
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
