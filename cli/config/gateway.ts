import type { IdentitySigningSpec } from '../../runtime/gateway-spec.ts';
import type { IdentitySource } from '../../runtime/policies/identity-headers.ts';
import type { Place } from '../diagnostics.ts';
import type { Document, Node } from '../load/document.ts';
import type { AdminPlan, Json, ServerPlan, StorePlan, TelemetryPlan, UpstreamPlan } from '../plan/ir.ts';
import type { Fields, SpecEntry } from '../resolve/api.ts';

/**
 * The platform team's file, `extends` applied and checked; or, without one, what stands in for it in single-document mode.
 * Made by `loadGateway` and `singleDocumentGateway`.
 */
export interface GatewayConfig {
  readonly mode: 'platform' | 'single';
  readonly name: string;
  /** The gateway file first, then what it extends. Empty in single-document mode. */
  readonly documents: readonly Document[];
  /** Absent = every audience. */
  readonly serves: readonly string[] | undefined;
  /** Lower case; empty = any host. */
  readonly hosts: readonly string[];
  /** One per file, globs expanded, sorted by file. */
  readonly entries: readonly SpecEntry[];
  readonly server: ServerPlan;
  /** Where the gateway file writes `server.limits.body`. */
  readonly bodyLimit?: Node;
  readonly upstreams: ReadonlyMap<string, UpstreamPlan>;
  /** Verifier bindings by name, as authored. */
  readonly security: ReadonlyMap<string, Node>;
  /** Schemes that nothing binds are bound to the development issuer. */
  readonly devIssuer?: boolean;
  /** What services are told about callers: names of header fields as authored, and where their values come from. */
  readonly identityHeaders: Readonly<Record<string, IdentitySource>>;
  /** The same as a token that the gateway signs; absent = not. */
  readonly identitySigned?: IdentitySignedConfig;
  readonly plans: ReadonlyMap<string, Node>;
  /** Where limits are counted; absent = in memory. */
  readonly store?: StorePlan;
  /** Role → the roles that it includes (AZ-3). */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly teams: ReadonlyMap<string, TeamConfig>;
  /** `x-gateway` values below every document's root, outermost last when several files give them. */
  readonly defaults: readonly Node<Fields>[];
  readonly guardrails: readonly GuardrailConfig[];
  readonly lint: LintConfig;
  readonly telemetry: TelemetryPlan;
  readonly admin: AdminPlan;
}

/** How services are told of callers in a form that they can verify (ID-4). */
export interface IdentitySignedConfig extends IdentitySigningSpec {
  /** As authored. */
  readonly header: string;
}

export type Grant = 'upstream-url' | 'policies' | 'bind' | 'redirect';

export interface TeamConfig {
  readonly name: string;
  /** Path globs the team owns (`/v2/orders/**`); empty = anywhere. */
  readonly paths: readonly string[];
  readonly reviewers: readonly string[];
  readonly may: readonly Grant[];
  readonly node: Node;
}

/** A check of the platform on the effective values of the routes it matches. */
export interface GuardrailConfig {
  readonly name: string;
  readonly match: { readonly methods?: readonly string[]; readonly paths?: readonly string[]; readonly tags?: readonly string[] };
  /** Vocabulary key (or `security`) → test: `present`, `absent`, or `{ equals | oneOf | atMost | atLeast | includes: value }`. */
  readonly require: ReadonlyMap<string, Json>;
  readonly except: readonly { readonly route: string; readonly reason: string; readonly until?: string }[];
  readonly node: Node;
}

export interface LintConfig {
  readonly preset?: string;
  /** By rule id, as authored: a severity, or one with options. */
  readonly rules: Readonly<Record<string, Json>>;
  readonly suppress: readonly Suppression[];
  /** Where these stand; absent where no file says them. */
  readonly places?: { readonly preset?: Place; readonly rules: ReadonlyMap<string, Place> };
}

/** A finding the platform team accepts, with its reason. Only these can silence a locked rule. */
export interface Suppression {
  readonly rule: string;
  /** Glob over files, or `METHOD /path`. */
  readonly where: string;
  readonly reason: string;
  readonly until?: string;
  readonly approvedBy?: string;
  /** The row itself. */
  readonly at?: Place;
}
