import type { GatewayConfig } from '../config/gateway.ts';
import type { Place, Related, Severity } from '../diagnostics.ts';
import type { Api, ApiOperation, Resolver } from '../resolve/api.ts';
import type { Visit } from '../resolve/walk.ts';

/** Rule presets; `serve` holds what `gw build` insists on. */
export type Preset = 'serve' | 'recommended';

/** How a rule is set: by its definition, a preset, or `lint.rules` of gateway.yaml (`none` switches it off). */
export type RuleSetting = Severity | 'none';

/** What a rule may look at. */
export interface LintContext {
  readonly apis: readonly Api[];
  readonly resolver: Resolver;
  /** Every object of every document, each once per place in a file. */
  readonly visits: readonly Visit[];
  /** Absent where documents are linted without a gateway. */
  readonly config?: GatewayConfig;
}

/** What a rule says about one place. */
export interface Finding {
  readonly at: Place;
  /** One sentence without a full stop that names what is wrong. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  /** Where the finding weighs less or more than the rule usually does. */
  readonly severity?: Severity;
  /** The object the place belongs to: the references that led to it become related places. */
  readonly visit?: Visit;
  readonly operation?: ApiOperation;
  readonly related?: readonly Related[];
}

export interface RuleContext extends LintContext {
  report(finding: Finding): void;
}

type VisitKind = Exclude<Visit['kind'], 'operation'>;

/**
 * What a rule wants to be shown: objects by their type, each exactly once however many references lead to it; `object` for all of them;
 * `operation` and `api` as they are after inheritance (webhooks and callbacks are no operations of the gateway).
 */
export type Visitor = {
  readonly [Kind in VisitKind]?: (visit: Visit) => void;
} & {
  object?(visit: Visit): void;
  operation?(operation: ApiOperation): void;
  api?(api: Api): void;
};

/** A rule as `gw rules` explains it. */
export interface RuleInfo {
  /** `category/name`, never renamed. */
  readonly id: string;
  /** The usual severity. */
  readonly severity: Severity;
  /** Only a suppression of gateway.yaml, with its reason, silences it. */
  readonly locked?: boolean;
  /** Presets that hold it. */
  readonly presets: readonly Preset[];
  /** What must hold, one sentence. */
  readonly summary: string;
  /** What goes wrong otherwise. */
  readonly why: string;
  readonly fix: string;
  /** The specification, or the document of this project, that says so. */
  readonly source: string;
}

/** The part of the compiler that says what a rule without `create` stands for. */
export type ReportingStage = 'load' | 'resolve' | 'settle' | 'config' | 'merge' | 'plan' | 'emit' | 'examples';

export type Rule = RuleInfo & ({ readonly create: (context: RuleContext) => Visitor } | { readonly reportedBy: ReportingStage });

/** Defines a rule: one file under `cli/lint/rules/<category>/<name>.ts`, listed in `cli/lint/catalogue.ts`. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
