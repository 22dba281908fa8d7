import type { Suppression } from '../config/gateway.ts';
import type { Diagnostic, Suppressed } from '../diagnostics.ts';
import { invariant } from '../errors.ts';
import { plural } from '../report/findings.ts';
import { catalogue } from './catalogue.ts';
import type { Edit } from './fix/edit.ts';
import type { Rule } from './rule.ts';
import { type LintSettings, raised, ruleById, settingOf } from './settings.ts';
import type { Written, WrittenSuppression } from './suppress/written.ts';

/** What counts, and what someone has accepted. */
export interface Settled {
  readonly diagnostics: readonly Diagnostic[];
  readonly suppressed: readonly Diagnostic[];
}

/** Nothing is accepted in a document. */
const nothing: Written = { suppressions: [], diagnostics: [], linesOf: () => [] };

/** Applies presets, severities and suppressions to what all stages found; gives what counts. */
export function settle(
  diagnostics: readonly Diagnostic[],
  settings: LintSettings,
  rules: readonly Rule[] = catalogue,
): readonly Diagnostic[] {
  return settleAll(diagnostics, settings, nothing, rules).diagnostics;
}

/**
 * Like `settle`, what is suppressed included. The gateway file suppresses locked rules too, documents do not. What is wrong with a
 * suppression itself is a finding (`governance/suppression`).
 */
export function settleAll(
  diagnostics: readonly Diagnostic[],
  settings: LintSettings,
  written: Written,
  rules: readonly Rule[] = catalogue,
): Settled {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const weighed = (diagnostic: Diagnostic): readonly Diagnostic[] => {
    const rule = byId.get(diagnostic.rule);
    invariant(rule !== undefined, `the catalogue has no rule ${diagnostic.rule}`);
    const setting = settingOf(rule, settings);
    if (setting === 'none') return [];
    if (setting === 'default') return [diagnostic];
    return [{ ...diagnostic, severity: setting === 'raised' ? raised(diagnostic.severity) : setting }];
  };
  const weights = diagnostics.flatMap(weighed);
  const lines = linesOf(weights, written);
  const accepting: readonly Accepting[] = [
    ...settings.suppress.map((one) => new OfGateway(one)),
    ...sortedInwards(written.suppressions).map((one) => new OfDocument(one, lines)),
  ];
  const byRule = Map.groupBy(accepting, ({ rule }) => rule);
  const settled: Diagnostic[] = [];
  const suppressed: Diagnostic[] = [];
  for (const diagnostic of weights) {
    const by = byRule.get(diagnostic.rule)?.find((one) => one.covers(diagnostic) && one.silences(settings));
    if (by === undefined) settled.push(diagnostic);
    else {
      by.accepted += 1;
      suppressed.push({ ...diagnostic, suppressed: by.says });
    }
  }
  const aboutSuppressions = [
    ...written.diagnostics,
    ...accepting.flatMap((one) => one.findings(settings)),
    ...(settings.audit ? counted(accepting) : []),
  ];
  return { diagnostics: [...settled, ...aboutSuppressions.flatMap(weighed)], suppressed };
}

/** A note for each file that accepts findings: what is accepted stays in sight. */
function counted(accepting: readonly Accepting[]): readonly Diagnostic[] {
  const inUse = accepting.filter(({ accepted }) => accepted > 0);
  return [...Map.groupBy(inUse, ({ at }) => at?.file)].flatMap(([, all]): readonly Diagnostic[] => {
    const at = all.find((one) => one.at !== undefined)?.at;
    if (at === undefined) return [];
    const findings = all.reduce((sum, { accepted }) => sum + accepted, 0);
    const message = `${plural(all.length, 'suppression')} of this file ${all.length === 1 ? 'accepts' : 'accept'} ${plural(findings, 'finding')}`;
    return [{ rule: 'governance/suppression', severity: 'info', message, at }];
  });
}

/** The nearest enclosing object first. */
function sortedInwards(written: readonly WrittenSuppression[]): readonly WrittenSuppression[] {
  const depth = ({ covers }: WrittenSuppression): number =>
    'pointer' in covers ? covers.pointer.length : Number.MAX_SAFE_INTEGER;
  return written.toSorted((a, b) => depth(b) - depth(a));
}

/** The line of each finding in a file that has comments. */
function linesOf(diagnostics: readonly Diagnostic[], { suppressions, linesOf }: Written): ReadonlyMap<Diagnostic, number> {
  const files = new Set(suppressions.flatMap(({ covers }) => ('line' in covers ? [covers.file] : [])));
  const lines = new Map<Diagnostic, number>();
  const inFiles = Map.groupBy(diagnostics, ({ at }) => at.file);
  for (const file of files) {
    const all = inFiles.get(file) ?? [];
    const found = linesOf(
      file,
      all.map(({ at }) => at),
    );
    for (const [index, diagnostic] of all.entries()) lines.set(diagnostic, found[index] ?? 0);
  }
  return lines;
}

/** A suppression while it is applied. */
abstract class Accepting {
  readonly rule: string;
  abstract readonly says: Suppressed;
  protected abstract readonly where: string;
  /** Where it is written. */
  abstract readonly at: Diagnostic['at'] | undefined;
  /** How many findings it silenced. */
  accepted = 0;
  readonly #until: string | undefined;
  #used = false;

  constructor({ rule, until }: { readonly rule: string; readonly until?: string }) {
    this.rule = rule;
    this.#until = until;
  }

  /** Whether the finding is one of those it is about. */
  abstract covers(diagnostic: Diagnostic): boolean;

  /** Whether a finding that it covers is silenced: not by one that has ended. */
  silences(settings: LintSettings): boolean {
    this.#used = true;
    return !this.#isExpired(settings);
  }

  #isExpired({ audit, now }: LintSettings): boolean {
    return audit && this.#until !== undefined && now !== undefined && this.#until < now;
  }

  /** What is wrong with the suppression itself, told where that is asked for: in `gw build` nothing depends on today. */
  findings(settings: LintSettings): readonly Diagnostic[] {
    const { rule, at } = this;
    const isOn = settingOf(ruleById(rule), settings) !== 'none';
    if (at === undefined || !settings.audit || !isOn) return [];
    const finding = (message: string, hint: string, fix: readonly Edit[] = []): readonly Diagnostic[] => [
      { rule: 'governance/suppression', severity: 'error', message, hint, at, ...(fix.length === 0 ? {} : { fix }) },
    ];
    if (this.#isExpired(settings))
      return finding(`The suppression of ${rule} ended on ${this.#until}`, 'Repair what it hides, or renew it.');
    return this.#used ? [] : finding(`The suppression of ${rule} ${this.where} silences nothing`, 'Remove it.', removal(at));
  }
}

/** Takes a suppression away, and the list that held it alone. */
function removal(at: Diagnostic['at']): readonly Edit[] {
  const { file } = at;
  if ('start' in at) return [{ do: 'erase', file, start: at.start, end: at.end }];
  return [{ do: 'remove', file, pointer: at.pointer, cascade: true }];
}

/** A row of `lint.suppress`. */
class OfGateway extends Accepting {
  readonly says: Suppressed;
  protected readonly where: string;
  readonly at: Diagnostic['at'] | undefined;
  readonly #glob: RegExp;

  constructor(suppression: Suppression) {
    super(suppression);
    const { reason, approvedBy, where, at } = suppression;
    this.says = { by: 'gateway', reason: approvedBy === undefined ? reason : `${reason} (approved by ${approvedBy})` };
    this.where = `at ${where}`;
    this.at = at;
    this.#glob = globPattern(where);
  }

  override covers({ at, operation }: Diagnostic): boolean {
    return this.#glob.test(at.file) || (operation !== undefined && this.#glob.test(`${operation.method} ${operation.path}`));
  }
}

/** `x-gw-ignore`, or a comment. */
class OfDocument extends Accepting {
  readonly says: Suppressed;
  protected readonly where = 'here';
  readonly at: Diagnostic['at'];
  readonly #covers: WrittenSuppression['covers'];
  readonly #lines: ReadonlyMap<Diagnostic, number>;

  constructor(suppression: WrittenSuppression, lines: ReadonlyMap<Diagnostic, number>) {
    super(suppression);
    this.says = { by: 'document', reason: suppression.reason };
    this.at = suppression.at;
    this.#covers = suppression.covers;
    this.#lines = lines;
  }

  override covers(diagnostic: Diagnostic): boolean {
    const { at } = diagnostic;
    const covers = this.#covers;
    if (at.file !== covers.file) return false;
    if ('line' in covers) return this.#lines.get(diagnostic) === covers.line;
    return 'pointer' in at && (at.pointer === covers.pointer || at.pointer.startsWith(`${covers.pointer}/`));
  }

  override silences(settings: LintSettings): boolean {
    return super.silences(settings) && !this.#isLocked;
  }

  override findings(settings: LintSettings): readonly Diagnostic[] {
    if (!this.#isLocked) return super.findings(settings);
    const message = `${this.rule} is locked: a document cannot suppress it`;
    const hint = 'Ask the platform team for a row of `lint.suppress` in the gateway file.';
    return [{ rule: 'governance/suppression', severity: 'error', message, hint, at: this.at }];
  }

  get #isLocked(): boolean {
    return ruleById(this.rule).locked === true;
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
