import type { LintConfig, Suppression } from '../config/gateway.ts';
import type { Place, Severity } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { below } from '../load/pointer.ts';
import { nearest } from '../nearest.ts';
import type { Fields } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';
import { catalogue } from './catalogue.ts';
import { type Preset, presets, type Rule, type RuleInfo, type RuleSetting } from './rule.ts';

/** Which rules run, and how much each weighs. */
export interface LintSettings {
  readonly preset: Preset;
  /** From `lint.rules`, by rule id. */
  readonly rules: ReadonlyMap<string, RuleSetting>;
  /** What `lint.rules` says besides severities, by rule id, as authored. */
  readonly options: ReadonlyMap<string, Fields>;
  readonly suppress: readonly Suppression[];
  /** `YYYY-MM-DD` that dates are compared with; absent in `gw build`, where nothing depends on today. */
  readonly now?: string;
  /** Whether suppressions are judged too: those that ended by `now` silence nothing, and these and unused ones are findings. */
  readonly audit: boolean;
}

export interface LintOptions {
  /** `--preset`, else the one of the gateway file, else the command's. */
  readonly preset: string;
  readonly now?: string;
  readonly audit?: boolean;
}

const settings: readonly RuleSetting[] = ['error', 'warn', 'info', 'none'];

/**
 * Checks what a gateway file or a command line says about rules.
 *
 * @throws GwError, with its place, for an unknown preset, rule id or severity, and for a locked rule that is weakened
 */
export function lintSettings(
  config: Pick<LintConfig, 'preset' | 'rules' | 'suppress' | 'places'>,
  { preset, now, audit }: LintOptions,
): LintSettings {
  const { places } = config;
  const rules = new Map<string, RuleSetting>();
  const options = new Map<string, Fields>();
  for (const [id, authored] of Object.entries(config.rules)) {
    const at = places?.rules.get(id);
    const rule = ruleById(id, at === undefined ? undefined : { ...at, part: 'key' });
    const { severity, more } = readSetting(id, authored, at);
    if (severity !== undefined) rules.set(id, checkedSetting(rule, severity, at));
    if (more !== undefined)
      options.set(id, checkedOptions(rule, more, at === undefined ? undefined : placeOfOptions(at, authored)));
  }
  for (const { rule, at } of config.suppress)
    ruleById(rule, at === undefined ? undefined : { ...at, pointer: below(at.pointer, 'rule') });
  return {
    preset: presetOf(preset, preset === config.preset ? places?.preset : undefined),
    rules,
    options,
    suppress: config.suppress,
    ...(now === undefined ? {} : { now }),
    audit: audit === true,
  };
}

function presetOf(name: string, at: Place | undefined): Preset {
  const known = presets.find((one) => one === name);
  if (known !== undefined) return known;
  const near = nearest(name, presets);
  const hint = `${near === undefined ? '' : `Did you mean '${near}'? `}Presets are ${presets.join(', ')}.`;
  throw new GwError('ERR_GW_USAGE', `There is no preset '${name}'`, hint, at);
}

function placeOfOptions(at: Place, authored: unknown): Place {
  return Array.isArray(authored) ? { ...at, pointer: below(at.pointer, 1) } : at;
}

/** `warn`, `[warn, { … }]`, or `{ severity: warn, … }` without the severity where the usual one is meant. */
function readSetting(
  id: string,
  authored: unknown,
  at: Place | undefined,
): { readonly severity?: unknown; readonly more?: Fields } {
  if (typeof authored === 'string') return { severity: authored };
  if (Array.isArray(authored)) {
    const [severity, more, ...rest] = authored;
    if (severity !== undefined && rest.length === 0 && (more === undefined || isFields(more)))
      return { severity, ...(more === undefined ? {} : { more }) };
  }
  if (isFields(authored)) {
    const { severity, ...more } = authored;
    return { ...(severity === undefined ? {} : { severity }), more };
  }
  throw new GwError(
    'ERR_GW_CONFIG',
    `The rule ${id} is not set in a form there is`,
    'Write warn, [warn, { … }], or { severity: warn, … }.',
    at,
  );
}

function checkedSetting({ id, locked }: RuleInfo, written: unknown, at: Place | undefined): RuleSetting {
  const setting = settings.find((one) => one === written);
  if (setting === undefined) {
    throw new GwError(
      'ERR_GW_CONFIG',
      `The rule ${id} cannot be set to '${String(written)}'`,
      `Write one of ${settings.join(', ')}.`,
      at,
    );
  }
  if (locked === true && setting !== 'error') {
    const hint = 'Accept single findings under `lint.suppress`, with a reason.';
    throw new GwError('ERR_GW_CONFIG', `The rule ${id} is locked: it cannot be set to '${setting}'`, hint, at);
  }
  return setting;
}

function checkedOptions({ id, options }: Rule, written: Fields, at: Place | undefined): Fields {
  if (options === undefined && Object.keys(written).length > 0) {
    throw new GwError('ERR_GW_CONFIG', `The rule ${id} has no options`, 'Write its severity only.', at);
  }
  options?.shape.check(written, [], (keys, part, message, hint) => {
    const place = at === undefined ? undefined : { ...at, pointer: below(at.pointer, ...keys), part };
    throw new GwError('ERR_GW_CONFIG', `The options of ${id}: ${message}`, hint ?? `npx --no-install gw rules ${id}`, place);
  });
  return written;
}

/**
 * The rule of an id.
 *
 * @param at where it is named, for the error
 * @throws GwError with a suggestion when there is none
 */
export function ruleById(id: string, at?: Place): Rule {
  const found = catalogue.find((rule) => rule.id === id);
  if (found !== undefined) return found;
  const ids = catalogue.map((rule) => rule.id);
  const near = nearest(id, ids) ?? ids.find((one) => one.endsWith(`/${id}`));
  const hint = near === undefined ? 'All rules: npx --no-install gw rules' : `Did you mean '${near}'?`;
  throw new GwError('ERR_GW_UNKNOWN_RULE', `There is no rule '${id}'`, hint, at);
}

/** How a rule is set; `raised` weighs each of its findings one step more. A locked rule runs in every preset: only a suppression with its reason silences it. */
export function settingOf(
  rule: RuleInfo,
  { preset, rules }: Pick<LintSettings, 'preset' | 'rules'>,
): RuleSetting | 'default' | 'raised' {
  const written = rules.get(rule.id);
  if (written !== undefined) return written;
  if (rule.locked !== true && !holds(preset, rule)) return 'none';
  return preset === 'strict' ? 'raised' : 'default';
}

function holds(preset: Preset, { presets: own }: RuleInfo): boolean {
  return own.some((one) => one === preset || (one === 'recommended' && (preset === 'strict' || preset === 'owasp')));
}

/** One step more, as the preset `strict` weighs findings. */
export function raised(severity: Severity): Severity {
  return severity === 'info' ? 'warn' : 'error';
}

/** One rule as it is set, for `gw lint --print-config`. */
export interface EffectiveRule {
  readonly severity: RuleSetting;
  /** With what gw itself assumes where nothing is written; absent where a rule has no options. */
  readonly options?: unknown;
}

/** Every rule as it is set, sorted by id. */
export function effectiveRules(settings: LintSettings): ReadonlyMap<string, EffectiveRule> {
  const rows = catalogue.map((rule): readonly [string, EffectiveRule] => {
    const setting = settingOf(rule, settings);
    const severity = setting === 'default' ? rule.severity : setting === 'raised' ? raised(rule.severity) : setting;
    const options =
      rule.options === undefined ? {} : { options: { ...Object(rule.options.defaults), ...settings.options.get(rule.id) } };
    return [rule.id, { severity, ...options }];
  });
  return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}
