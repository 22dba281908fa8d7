import { hasReference, withDefaults } from '../config/env-text.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import { commandUpstream } from '../config/single.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { nearest } from '../nearest.ts';
import upstreamKey from '../policies/upstream.ts';
import type { Effective } from './effective.ts';
import { findingAbout, routeName } from './findings.ts';
import type { UpstreamPlan } from './ir.ts';
import type { Source } from './origins.ts';

/** An upstream that some route uses. */
export interface UsedUpstream {
  readonly plan: Omit<UpstreamPlan, 'origin'>;
  readonly source: Source | { readonly known: UpstreamPlan['origin'] };
}

/** The upstreams of a gateway as its routes name them. Those that no route names are no part of the plan. */
export class Upstreams {
  readonly diagnostics: Diagnostic[] = [];
  readonly #config: GatewayConfig;
  readonly #used = new Map<string, UsedUpstream>();
  readonly #loops = new Set<string>();

  constructor(config: GatewayConfig) {
    this.#config = config;
  }

  /** Sorted by name. */
  get used(): readonly UsedUpstream[] {
    return [...this.#used.values()].sort((a, b) => (a.plan.name < b.plan.name ? -1 : 1));
  }

  /** Name of the upstream of an operation; undefined, with a finding, when there is none. */
  use(merged: MergedOperation, effective: Effective | undefined): string | undefined {
    const lowered =
      effective === undefined
        ? undefined
        : upstreamKey.lower(effective.node.value, { operation: merged.operation, level: effective.level });
    if (effective === undefined || lowered === undefined) {
      if (effective === undefined) this.#missing(merged);
      return undefined;
    }
    return typeof lowered === 'string' ? this.#named(merged, lowered, effective.node) : this.#inline(lowered, effective);
  }

  /** The upstreams of a split by their names in the plan; undefined, with findings, when one of them is not there. */
  share<Target extends { readonly upstream: string }>(
    merged: MergedOperation,
    targets: readonly Target[],
  ): readonly Target[] | undefined {
    const effective = merged.effective.get('split');
    if (effective === undefined) return undefined;
    const { node } = effective;
    const known = targets.flatMap((target, index) => {
      const at = { ...node, pointer: below(node.pointer, 'targets', index, 'upstream') };
      const upstream = this.#named(merged, target.upstream, at);
      return upstream === undefined ? [] : [{ ...target, upstream }];
    });
    return known.length === targets.length ? known : undefined;
  }

  #named(merged: MergedOperation, name: string, node: Node): string | undefined {
    const { mode, upstreams } = this.#config;
    const plan = upstreams.get(name) ?? (mode === 'single' ? upstreams.get(commandUpstream) : undefined);
    if (plan === undefined) {
      const near = nearest(name, upstreams.keys());
      const single = 'Give its address with --upstream.';
      const hint = near === undefined ? 'Add it to `upstreams` of the gateway file.' : `Did you mean '${near}'?`;
      const message = `There is no upstream '${name}'`;
      this.diagnostics.push(
        findingAbout(merged, { rule: 'gateway/upstream', message, hint: mode === 'single' ? single : hint, at: placeOf(node) }),
      );
      return undefined;
    }
    const { origin, ...rest } = plan;
    this.#used.set(plan.name, { plan: rest, source: { known: origin } });
    this.#checkLoop(plan);
    return plan.name;
  }

  /** An address in a document is an upstream of its own; equal ones are one, so that they share connections. */
  #inline(
    { url, targets }: { readonly url?: string; readonly targets?: readonly { readonly url: string; readonly weight?: number }[] },
    { node, level }: Effective,
  ): string {
    const list = (targets ?? (url === undefined ? [] : [{ url }])).map((target) => ({
      url: target.url,
      weight: target.weight ?? 1,
    }));
    const name = list.map((target) => (list.length === 1 ? target.url : `${target.url} ${target.weight}`)).join(', ');
    if (!this.#used.has(name)) this.#used.set(name, { plan: { name, targets: list }, source: { level, node } });
    return name;
  }

  #missing(merged: MergedOperation): void {
    const isSingle = this.#config.mode === 'single';
    this.diagnostics.push(
      findingAbout(merged, {
        rule: 'gateway/upstream',
        message: `${routeName(merged)} has no upstream`,
        hint: isSingle ? 'Give its address with --upstream.' : 'Set x-gateway.upstream here or at the root.',
      }),
    );
  }

  /** A target with a host of the gateway's own would send requests round in a circle. */
  #checkLoop({ name, targets, origin }: UpstreamPlan): void {
    if (this.#loops.has(name) || origin.at === undefined) return;
    for (const { url } of targets) {
      const known = hasReference(url) ? withDefaults(url) : url;
      const host = known !== undefined && URL.canParse(known) ? new URL(known).hostname : undefined;
      if (host === undefined || !this.#config.hosts.includes(host)) continue;
      this.#loops.add(name);
      this.diagnostics.push({
        rule: 'gateway/upstream',
        severity: 'error',
        message: `The upstream '${name}' is ${host}, a host of this gateway itself`,
        hint: 'Name the service behind the gateway.',
        at: { file: origin.at.file, pointer: origin.pointer ?? '', part: 'key' },
      });
    }
  }
}
