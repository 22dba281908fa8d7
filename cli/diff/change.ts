/** What `gw diff` finds: data, made by the parts of a comparison, finished (places, fingerprints, reviewers) in one place. */
import type { LocatedDiagnostic } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import type { Location } from '../location.ts';
import type { Json } from '../plan/ir.ts';

/** The parts of a report, in the order in which they are shown. */
export const sections = ['policy', 'conflicts', 'contract', 'traffic', 'lifecycle', 'documentation'] as const;
export type Section = (typeof sections)[number];

/** How much a change weighs, most first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** What a change means to whoever relies on the protection of the gateway. */
export type Direction = 'weaker' | 'tighter' | 'neutral' | 'unknown';

/** What a change is to a reviewer; what `--fail-on` names. `potential`: breaks clients that rely on more than the document promises. */
export const verdicts = ['conflict', 'weakened', 'breaking', 'potential', 'compatible', 'documentation'] as const;
export type Verdict = (typeof verdicts)[number];

/** A route as reports name it. */
export interface RouteName {
  /** Equal for routes that differ by parameter names only. */
  readonly key: string;
  /** `GET /v2/orders/{orderId}`, of the head where it has it. */
  readonly name: string;
  readonly owner?: string;
}

/** Where a value stands: a node of a document, or what a built gateway remembers. */
export type Where = { readonly node: Node; readonly part?: 'key' | 'value' } | { readonly known: Location };

/** A change as it is found. */
export interface ChangeDraft {
  /** Never renamed: `request-parameter-became-required`. */
  readonly id: string;
  readonly section: Section;
  readonly severity: Severity;
  readonly direction: Direction;
  readonly verdict: Verdict;
  /** All routes that it concerns; one, but for changes of the gateway file and of names. */
  readonly routes: readonly RouteName[];
  /** What tells it from other changes of its id on its route: the part of a contract, the key of a policy. Holds no name of a file. */
  readonly subject: string;
  /** One sentence without the route. */
  readonly message: string;
  readonly before?: Json;
  readonly after?: Json;
  readonly base?: Where;
  readonly head?: Where;
  /** A request that shows it: `GET /users/me`. */
  readonly witness?: string;
  /** Teams besides the owners of the routes: those whose requests are taken. */
  readonly concerned?: readonly string[];
}

/** A change with its places as lines and columns. */
export interface Change extends Omit<ChangeDraft, 'base' | 'head' | 'subject' | 'concerned'> {
  readonly at: { readonly base?: Location; readonly head?: Location };
  /** Twelve hex digits that stay when lines, files and parameter names change. */
  readonly fingerprint: string;
  /** The reason, when `approvals.yaml` accepts it. */
  readonly approved?: { readonly reason: string; readonly approvedBy: string; readonly until?: string };
  /** Teams to ask, sorted. */
  readonly teams: readonly string[];
}

/** A team that must look at a change, and why. */
export interface Reviewer {
  readonly team: string;
  /** As the gateway file writes them: `@acme/orders`. */
  readonly handles: readonly string[];
  readonly why: readonly ('owner' | 'policy' | 'take-over')[];
}

/** All that a report shows. */
export interface Report {
  readonly base: string;
  readonly head: string;
  readonly name: string;
  readonly changes: readonly Change[];
  /** Routes of both sides, and those of one alone. */
  readonly routes: {
    readonly base: number;
    readonly head: number;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
  };
  readonly documentation: number;
  /** What could not be compared, a sentence each. */
  readonly skipped: readonly string[];
  /** Errors of the head: it cannot be built. */
  readonly errors: readonly LocatedDiagnostic[];
  /** About `approvals.yaml`. */
  readonly notes: readonly { readonly severity: 'error' | 'warn'; readonly message: string }[];
  readonly reviewers: readonly Reviewer[];
  /** Verdicts that fail the command, as `--fail-on` has them. */
  readonly failOn: readonly Verdict[];
  readonly failed: boolean;
}
