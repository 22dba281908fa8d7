import type { Suppression } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { invariant } from '../errors.ts';
import { catalogue } from './catalogue.ts';
import type { Rule } from './rule.ts';
import { type LintSettings, ruleById, settingOf } from './settings.ts';

/**
 * Applies presets, severities and suppressions to what all stages found. Suppressions of the gateway file silence locked rules too;
 * what is wrong with a suppression itself is a finding (`governance/suppression`).
 */
export function settle(
  diagnostics: readonly Diagnostic[],
  settings: LintSettings,
  rules: readonly Rule[] = catalogue,
): readonly Diagnostic[] {
  return settleAll(diagnostics, settings, rules).diagnostics;
}

/** What counts, and what someone has accepted. */
export interface Settled {
  readonly diagnostics: readonly Diagnostic[];
  readonly suppressed: readonly Diagnostic[];
}

/** Like `settle`, what is suppressed included. */
export function settleAll(
  diagnostics: readonly Diagnostic[],
  settings: LintSettings,
  rules: readonly Rule[] = catalogue,
): Settled {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const suppressions = settings.suppress.map((suppression) => new Active(suppression));
  const settled: Diagnostic[] = [];
  const suppressed: Diagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const rule = byId.get(diagnostic.rule);
    invariant(rule !== undefined, `the catalogue has no rule ${diagnostic.rule}`);
    const setting = settingOf(rule, settings);
    if (setting === 'none') continue;
    const weighed = setting === 'default' ? diagnostic : { ...diagnostic, severity: setting };
    const reason = suppressions.find((suppression) => suppression.silences(diagnostic, settings.now))?.reason;
    if (reason === undefined) settled.push(weighed);
    else suppressed.push({ ...weighed, suppressed: { by: 'gateway', reason } });
  }
  settled.push(...suppressions.flatMap((suppression) => suppression.findings(settings)));
  return { diagnostics: settled, suppressed };
}

/** A suppression while it is applied. */
class Active {
  readonly #suppression: Suppression;
  readonly #where: RegExp;
  #used = false;

  constructor(suppression: Suppression) {
    this.#suppression = suppression;
    this.#where = globPattern(suppression.where);
  }

  get reason(): string {
    return this.#suppression.reason;
  }

  silences(diagnostic: Diagnostic, now: string | undefined): boolean {
    const { rule } = this.#suppression;
    const { operation, at } = diagnostic;
    if (rule !== diagnostic.rule) return false;
    const matches =
      this.#where.test(at.file) || (operation !== undefined && this.#where.test(`${operation.method} ${operation.path}`));
    if (!matches) return false;
    this.#used = true;
    return !this.#isExpired(now);
  }

  #isExpired(now: string | undefined): boolean {
    const { until } = this.#suppression;
    return until !== undefined && now !== undefined && until < now;
  }

  /** What is wrong with the suppression itself, told where a day is given: in `gw build` nothing depends on today. */
  findings(settings: LintSettings): readonly Diagnostic[] {
    const { rule, where, until, at } = this.#suppression;
    const isOn = settingOf(ruleById(rule), settings) !== 'none';
    if (at === undefined || settings.now === undefined || !isOn) return [];
    const finding = (severity: Diagnostic['severity'], message: string, hint: string): readonly Diagnostic[] => [
      { rule: 'governance/suppression', severity, message, hint, at },
    ];
    if (this.#isExpired(settings.now)) {
      return finding('error', `The suppression of ${rule} ended on ${until}`, 'Repair what it hides, or renew it.');
    }
    return this.#used ? [] : finding('warn', `The suppression of ${rule} at ${where} silences nothing`, 'Remove it.');
  }
}

/** `*` within a path segment, `**` across segments; everything else is literal. */
function globPattern(glob: string): RegExp {
  const source = glob
    .split(/(\*\*\/?|\*)/)
    .map((part) =>
      part === '*'
        ? '[^/]*'
        : part === '**'
          ? '.*'
          : part === '**/'
            ? '(?:.*/)?'
            : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`, 's');
}
