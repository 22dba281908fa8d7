import type { LintConfig, Suppression } from '../config/gateway.ts';
import { GwError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { catalogue } from './catalogue.ts';
import type { Preset, RuleInfo, RuleSetting } from './rule.ts';

/** Which rules run, and how much each weighs. */
export interface LintSettings {
  readonly preset: Preset;
  /** From `lint.rules`, by rule id. */
  readonly rules: ReadonlyMap<string, RuleSetting>;
  readonly suppress: readonly Suppression[];
  /** `YYYY-MM-DD` that suppressions expire against; absent in `gw build`, where nothing depends on today. */
  readonly now?: string;
}

export interface LintOptions {
  /** `--preset`, else the one of the gateway file, else the command's. */
  readonly preset: string;
  readonly now?: string;
}

const presets: readonly Preset[] = ['serve', 'recommended'];
const settings: readonly RuleSetting[] = ['error', 'warn', 'info', 'none'];

/**
 * Checks what a gateway file or a command line says about rules.
 *
 * @throws GwError for an unknown preset, rule id or severity, and for a locked rule that is weakened
 */
export function lintSettings(config: Pick<LintConfig, 'rules' | 'suppress'>, { preset, now }: LintOptions): LintSettings {
  const known = presets.find((one) => one === preset);
  if (known === undefined)
    throw new GwError('ERR_GW_USAGE', `There is no preset '${preset}'`, `Presets are ${presets.join(', ')}.`);
  const rules = new Map<string, RuleSetting>();
  for (const [id, written] of Object.entries(config.rules)) {
    const rule = ruleById(id);
    const setting = settings.find((one) => one === written);
    if (setting === undefined) {
      throw new GwError('ERR_GW_CONFIG', `The rule ${id} cannot be set to '${written}'`, `Write one of ${settings.join(', ')}.`);
    }
    if (rule.locked === true && setting !== 'error') {
      const hint = 'Accept single findings under `lint.suppress`, with a reason.';
      throw new GwError('ERR_GW_CONFIG', `The rule ${id} is locked: it cannot be set to '${setting}'`, hint);
    }
    rules.set(id, setting);
  }
  for (const { rule } of config.suppress) ruleById(rule);
  return {
    preset: known,
    rules,
    suppress: config.suppress,
    ...(now === undefined ? {} : { now }),
  };
}

/**
 * The rule of an id.
 *
 * @throws GwError with a suggestion when there is none
 */
export function ruleById(id: string): RuleInfo {
  const found = catalogue.find((rule) => rule.id === id);
  if (found !== undefined) return found;
  const ids = catalogue.map((rule) => rule.id);
  const near = nearest(id, ids) ?? ids.find((one) => one.endsWith(`/${id}`));
  const hint = near === undefined ? 'All rules: npx --no-install gw rules' : `Did you mean '${near}'?`;
  throw new GwError('ERR_GW_UNKNOWN_RULE', `There is no rule '${id}'`, hint);
}

/** How a rule is set. A locked rule runs in every preset: only a suppression with its reason silences it. */
export function settingOf(rule: RuleInfo, { preset, rules }: Pick<LintSettings, 'preset' | 'rules'>): RuleSetting | 'default' {
  return rules.get(rule.id) ?? (rule.locked === true || rule.presets.includes(preset) ? 'default' : 'none');
}
