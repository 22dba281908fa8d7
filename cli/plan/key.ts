import type { StageName } from '../../runtime/contract.ts';
import type { ApiOperation, GatewayLevel } from '../resolve/api.ts';
import type { OriginLevel } from './ir.ts';
import { fits, type Shape } from './shape.ts';

export type Level = GatewayLevel['level'];

/** Keys whose members are inherited each by itself. All other keys are values, replaced whole. */
export const groups = ['timeouts', 'limits', 'validation', 'authorize', 'lifecycle', 'headers'] as const;
export type Group = (typeof groups)[number];

/** How what is written at two places compares. */
export interface Comparison<T> {
  /** What a larger magnitude means for whoever relies on the value; `unknown` where values have no order. */
  readonly larger: 'weaker' | 'tighter' | 'unknown';
  readonly magnitude: (authored: T) => number | undefined;
  /** Whether a value is at most another one, where one number does not tell. */
  readonly within?: (authored: T, bound: T) => boolean;
}

export type Compared = 'weaker' | 'tighter' | 'equal' | 'unknown';

/** The order of a number. */
export function larger<T>(means: 'weaker' | 'tighter', magnitude: (authored: T) => number | undefined): Comparison<T> {
  return { larger: means, magnitude };
}

/** The order of a list of words, the weakest first. */
export function ranked<T extends string>(...weakestFirst: readonly T[]): Comparison<T> {
  return { larger: 'tighter', magnitude: (authored) => weakestFirst.indexOf(authored) };
}

/** Two values are the same or they are not. */
export const unordered: Comparison<unknown> = { larger: 'unknown', magnitude: () => undefined };

/** The operation that a value is lowered for, and where the value was written. */
export interface KeyUse {
  readonly operation: ApiOperation;
  readonly level: OriginLevel;
}

export interface CheckContext extends KeyUse {
  /** The value cannot apply to this operation: skipped where it was inherited, an error where the operation itself says it. */
  inapplicable(reason: string): void;
  /** The value is wrong for this operation, wherever it was written. */
  report(message: string, hint?: string): void;
}

/** The run half of a policy: a factory of `runtime/` that takes the options. */
export interface RuntimeFactory<Options> {
  /** Below `runtime/`, without extension. */
  readonly module: string;
  readonly factory: string;
  /** Never there; joins the two halves. */
  readonly options?: (options: Options) => void;
}

/** One key of `x-gateway` as its file defines it. Every part is there, or it does not compile. */
export type KeyDefinition<T, Options> = {
  readonly key: string;
  readonly levels: readonly Level[];
  /** One sentence for editors and `gw explain`. */
  readonly summary: string;
  /** What authors write. */
  readonly schema: Shape<T>;
  /** Where a level allows less. */
  readonly schemaAt?: Partial<Readonly<Record<Level, Shape<unknown>>>>;
  /** The rule that what `check` reports belongs to; `gateway/inapplicable` where none is named. */
  readonly rule?: string;
  /** Whether the value fits the operation, beyond its shape. */
  readonly check: (authored: T, context: CheckContext) => void;
  readonly lower: (authored: T, use: KeyUse) => Options;
  readonly compare: Comparison<T>;
} & (
  | { readonly stage: StageName; readonly runtime: RuntimeFactory<Options> }
  /** Shapes the route or its action; no policy of its own. */
  | { readonly stage: 'route'; readonly runtime: 'plan' }
);

/** A key of the vocabulary. What does not fit its shape is passed over here; `gateway/schema` has said so. */
export interface Key<Options = unknown> {
  readonly key: string;
  readonly group: Group | undefined;
  /** The name below the group, or the key itself. */
  readonly name: string;
  readonly levels: readonly Level[];
  readonly summary: string;
  /** The rule that what `check` reports belongs to. */
  readonly rule: string;
  readonly stage: StageName | 'route';
  readonly runtime: Pick<RuntimeFactory<Options>, 'module' | 'factory'> | 'plan';
  schemaAt(level: Level): Shape<unknown>;
  check(authored: unknown, context: CheckContext): void;
  lower(authored: unknown, use: KeyUse): Options | undefined;
  /** From `before` to `after`. */
  compare(before: unknown, after: unknown): Compared;
  /** Whether values have an order. */
  readonly isOrdered: boolean;
  /** Whether one value is at most another; undefined where that cannot be said. */
  atMost(authored: unknown, bound: unknown): boolean | undefined;
  /** The magnitude of a value; undefined where values have no order. */
  magnitude(authored: unknown): number | undefined;
}

/** Defines one key of `x-gateway`: one file under `cli/policies`, listed in `cli/plan/vocabulary.ts`. */
export function defineKey<T, Options>(definition: KeyDefinition<T, Options>): Key<Options> {
  const { key, levels, summary, schema, schemaAt, stage, runtime, compare } = definition;
  const [first = '', ...rest] = key.split('.');
  const group = groups.find((one) => one === first);
  const magnitude = (authored: unknown): number | undefined => (fits(schema, authored) ? compare.magnitude(authored) : undefined);
  const atMost = (authored: unknown, bound: unknown): boolean | undefined => {
    const [own, other] = [magnitude(authored), magnitude(bound)];
    if (own === undefined || other === undefined) return undefined;
    if (compare.within === undefined || !fits(schema, authored) || !fits(schema, bound)) return own <= other;
    return compare.within(authored, bound);
  };
  return {
    key,
    group,
    name: group === undefined ? key : rest.join('.'),
    levels,
    summary,
    rule: definition.rule ?? 'gateway/inapplicable',
    stage,
    runtime,
    schemaAt: (level) => schemaAt?.[level] ?? schema,
    check(authored, context) {
      if (fits(schema, authored)) definition.check(authored, context);
    },
    lower: (authored, use) => (fits(schema, authored) ? definition.lower(authored, use) : undefined),
    compare: (before, after) => compareBy(compare.larger, atMost, before, after),
    atMost,
    isOrdered: compare.larger !== 'unknown',
    magnitude,
  };
}

function compareBy(
  larger: Comparison<unknown>['larger'],
  atMost: (authored: unknown, bound: unknown) => boolean | undefined,
  before: unknown,
  after: unknown,
): Compared {
  if (JSON.stringify(before) === JSON.stringify(after)) return 'equal';
  const [rises, falls] = [atMost(before, after), atMost(after, before)];
  if (larger === 'unknown' || rises === undefined || falls === undefined) return 'unknown';
  if (rises && falls) return 'equal';
  if (rises === falls) return 'unknown';
  return rises === (larger === 'weaker') ? 'weaker' : 'tighter';
}

/** For keys whose shape says it all. */
export function noCheck(): void {
  // Nothing to say.
}
