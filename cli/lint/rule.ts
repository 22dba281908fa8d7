import type { GatewayConfig } from '../config/gateway.ts';
import type { Place, Related, Severity } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import type { Effective } from '../plan/effective.ts';
import { fits, type Shape } from '../plan/shape.ts';
import type { Api, ApiOperation, Resolver } from '../resolve/api.ts';
import type { Visit } from '../resolve/walk.ts';
import type { Edit } from './fix/edit.ts';

/**
 * Rule presets; `serve` holds what `gw build` insists on. `strict` is `recommended` with every warning an error and every note a warning,
 * `owasp` is `recommended` with the checks of the OWASP API security list.
 */
export const presets = ['serve', 'recommended', 'strict', 'owasp'] as const;
export type Preset = (typeof presets)[number];

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
  /** Effective `x-gateway` values of an operation; made from the documents alone where it is not given. */
  readonly effectiveOf?: EffectiveOf;
}

export type EffectiveOf = (operation: ApiOperation) => ReadonlyMap<string, Effective>;

/** What a rule says about one place. */
export interface Finding {
  readonly at: Place;
  /** One sentence without a full stop that names what is wrong. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  /** Where the finding weighs less or more than the rule usually does. */
  readonly severity?: Severity;
  /** The object the place belongs to, else the operation: the references that led to it become related places. */
  readonly visit?: Visit | undefined;
  readonly operation?: ApiOperation;
  readonly related?: readonly Related[];
  /** How `gw lint --fix` mends it, where it can without changing what the author means. */
  readonly fix?: readonly Edit[];
}

export interface RuleContext extends LintContext {
  /** `YYYY-MM-DD`; absent in `gw build`, where nothing depends on today. */
  readonly now?: string;
  readonly effectiveOf: EffectiveOf;
  /** Whether the gateway builds the operation: rules about routes say nothing about others. */
  isBuilt(operation: ApiOperation): boolean;
  /** How the walk came to an object, for the references that led there. */
  visitOf(node: Node): Visit | undefined;
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
  /** After all documents, for what only all of them tell. */
  end?(): void;
};

/** A rule as `gw rules` explains it. */
export interface RuleInfo {
  /** `category/name`, never renamed. */
  readonly id: string;
  /** The usual severity. */
  readonly severity: Severity;
  /** Only a suppression of gateway.yaml, with its reason, silences it. */
  readonly locked?: boolean;
  /** Presets that hold it; what `recommended` holds, `strict` and `owasp` hold as well. */
  readonly presets: readonly Exclude<Preset, 'strict'>[];
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

/** What `lint.rules` may say about a rule besides its severity. */
export interface RuleOptions<O> {
  /** Of the options as authored: each of them may be left out. */
  readonly shape: Shape<Partial<O>>;
  readonly defaults: O;
}

export type Rule = RuleInfo & { readonly options?: RuleOptions<object> } & (
    | { readonly create: (context: RuleContext, authored?: unknown) => Visitor }
    | { readonly reportedBy: ReportingStage }
  );

type PlainRule = RuleInfo & ({ readonly create: (context: RuleContext) => Visitor } | { readonly reportedBy: ReportingStage });

type RuleWithOptions<O> = RuleInfo & {
  readonly options: RuleOptions<O>;
  readonly create: (context: RuleContext & { readonly options: O }) => Visitor;
};

/** Defines a rule: one file under `cli/lint/rules/<category>/<name>.ts`, listed in `cli/lint/catalogue.ts`. */
export function defineRule(rule: PlainRule): Rule;
export function defineRule<O extends object>(rule: RuleWithOptions<O>): Rule;
export function defineRule<O extends object>(rule: PlainRule | RuleWithOptions<O>): Rule {
  if (!('options' in rule)) return rule;
  const { create, options } = rule;
  return {
    ...rule,
    create(context, authored = {}) {
      const written = fits(options.shape, authored) ? authored : {};
      return create({ ...context, options: { ...options.defaults, ...written } });
    },
  };
}
