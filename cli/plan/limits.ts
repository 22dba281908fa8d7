import type { KeyPart, LimitOptions } from '../../runtime/limits/limit.ts';
import type { LimitHeadersOptions } from '../../runtime/policies/limit-headers.ts';
import type { LimitsOptions } from '../../runtime/policies/limits.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import type { MergedOperation } from '../merge/merged.ts';
import concurrency from '../policies/concurrency.ts';
import fields from '../policies/limit-fields.ts';
import { type LimitDraft, needsIdentity } from '../policies/limit-shapes.ts';
import quota from '../policies/quota.ts';
import rate from '../policies/rate.ts';
import spikeArrest from '../policies/spike-arrest.ts';
import type { ActionPlan, GatewayPlan, PolicyPlan } from './ir.ts';
import { json } from './json.ts';
import { lowered } from './lowered.ts';
import { limitsOfPlans, uniqueNames } from './plan-limits.ts';

/** RL-24: the table that all threads of a gateway share, with one thread. Fixed; a test holds it to that of the host. */
export const limitMemory = { counters: 262_144, bytes: 29_164_800 } as const;

/** The keys of limits, in the order in which their limits are told. */
export const limitKeys = [rate, quota, concurrency, spikeArrest] as const;

/**
 * All limits of a route as one decision (RL-12), with what answers say of it. Limits by address alone come before the credentials are
 * looked at, since guessing is what they slow down; where there is nobody to know, there is one decision.
 */
export function limitPolicies(
  merged: MergedOperation,
  config: GatewayConfig,
  action: ActionPlan,
  auth: GatewayPlan['auth'],
): readonly PolicyPlan[] {
  const known = auth !== 'none' && hasSecurity(merged);
  const own = limitKeys.flatMap((key) => ownLimits(key, merged, action)).flatMap((one) => audible(one, merged, auth));
  const plans = (known ? limitsOfPlans(config) : []).map(
    ([plan, limits]) => [plan, limits.map((one) => inTime(one, action))] as const,
  );
  if (own.length === 0 && plans.length === 0) return [];
  const unique = uniqueNames(own).map((one) => inTime(one, action));
  const early = known ? unique.filter(isByAddress) : [];
  const late = unique.filter((one) => !early.includes(one));
  const policies: PolicyPlan[] = [];
  if (early.length > 0) policies.push(policy('address-limits', { limits: early }));
  if (late.length > 0 || plans.length > 0)
    policies.push(policy('limits', { limits: late, ...(plans.length === 0 ? {} : { plans }) }));
  if ([...unique, ...plans.flatMap(([, limits]) => limits)].some(({ settledBy }) => settledBy !== undefined))
    policies.push({ key: 'limits', stage: 'headers', module: 'policies/limit-costs', factory: 'limitCosts', options: {} });
  if (unique.some(({ saidAt }) => saidAt !== undefined))
    policies.push({ key: 'limits', stage: 'body-limits', module: 'policies/body-costs', factory: 'bodyCosts', options: {} });
  const told: LimitHeadersOptions = { fields: lowered(fields, merged) ?? 'both' };
  policies.push({
    key: 'limits',
    stage: 'headers',
    module: 'policies/limit-headers',
    factory: 'limitHeaders',
    options: json(told),
  });
  return policies;
}

function policy(stage: 'address-limits' | 'limits', options: LimitsOptions): PolicyPlan {
  return { key: 'limits', stage, module: 'policies/limits', factory: 'limits', options: json(options) };
}

function hasSecurity({ operation }: MergedOperation): boolean {
  return (operation.security?.value ?? []).length > 0;
}

/** The limits of one key, named by where they were written: there they count. */
function ownLimits(key: (typeof limitKeys)[number], merged: MergedOperation, action: ActionPlan): readonly LimitOptions[] {
  const { operation, effective } = merged;
  const value = effective.get(key.key);
  const drafts = lowered(key, merged);
  if (value === undefined || drafts === undefined) return [];
  const { entry, document } = operation.api;
  const { node, level } = value;
  const scope = level === 'defaults' ? `${document.file}${node.pointer}` : `${node.document.file}#${node.pointer}`;
  const mounted = entry.mount === undefined ? scope : `${scope} at ${entry.mount}`;
  return drafts.map((draft, index) => limitOptions(draft, `${mounted}/${index}`, merged, action));
}

function limitOptions({ per, ...draft }: LimitDraft, scope: string, merged: MergedOperation, action: ActionPlan): LimitOptions {
  const { operation, template, conditions, hosts } = merged;
  const route = `${operation.method} ${hosts.join(',')}${template}${conditions.length === 0 ? '' : JSON.stringify(conditions)}`;
  const parts = per.map((part) => (part === 'operation' ? route : serviceOf(action)));
  return { ...draft, id: [scope, ...parts].join(' ') };
}

/** RL-5: nobody waits for longer than the whole exchange may take. */
function inTime(limit: LimitOptions, action: ActionPlan): LimitOptions {
  const { rule } = limit;
  if (action.kind !== 'proxy' && action.kind !== 'split') return limit;
  const { totalMs } = action.timeouts;
  if (rule.kind === 'leaky') return { ...limit, rule: { ...rule, maxDelayMs: Math.min(rule.maxDelayMs, totalMs) } };
  if (rule.kind === 'concurrency') return { ...limit, rule: { ...rule, maxWaitMs: Math.min(rule.maxWaitMs, totalMs) } };
  return limit;
}

function serviceOf(action: ActionPlan): string {
  if (action.kind === 'proxy') return action.upstream;
  return action.kind === 'split' ? action.targets.map(({ upstream }) => upstream).join(',') : action.kind;
}

/**
 * What is left of a limit where it is heard: nothing where it counts callers that nobody knows. In a trial without credentials those are
 * counted by address, at the amount of who has none.
 */
function audible(limit: LimitOptions, merged: MergedOperation, auth: GatewayPlan['auth']): readonly LimitOptions[] {
  if (hasSecurity(merged) && auth === 'none') {
    const { anonymous, otherwise, plans } = limit.amounts;
    const amount = anonymous ?? otherwise ?? Math.max(...plans.map(([, number]) => number));
    return [{ ...limit, amounts: { plans: [], otherwise: amount }, by: byAddress(limit.by) }];
  }
  return hasSecurity(merged) || !needsIdentity(limit) ? [limit] : [];
}

function byAddress(parts: readonly KeyPart[]): readonly KeyPart[] {
  const kept = parts.filter(({ from }) => from === 'ip' || from === 'header');
  return kept.length === parts.length || kept.some(({ from }) => from === 'ip') ? kept : [...kept, { from: 'ip', ipv6Bits: 64 }];
}

function isByAddress({ by, amounts }: LimitOptions): boolean {
  return by.length > 0 && by.every(({ from }) => from === 'ip') && amounts.plans.length === 0;
}
