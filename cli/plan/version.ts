import type { VersionHeaderOptions, VersionOptions } from '../../runtime/policies/version.ts';
import type { MergedOperation } from '../merge/merged.ts';
import versionKey from '../policies/version.ts';
import type { PolicyPlan } from './ir.ts';
import { json } from './json.ts';
import { lowered } from './lowered.ts';

/** What becomes of the chosen version (RT-12): the service is told, the log has it, and answers say what they vary by. */
export function versionPolicies(merged: MergedOperation): readonly PolicyPlan[] {
  const version = lowered(versionKey, merged);
  if (version === undefined) return [];
  const told: VersionOptions = { name: version.name };
  const module = 'policies/version';
  const policies: PolicyPlan[] = [{ key: 'version', stage: 'transform', module, factory: 'tellVersion', options: json(told) }];
  if (version.vary !== undefined) {
    const vary: VersionHeaderOptions = { vary: version.vary };
    policies.push({ key: 'version', stage: 'headers', module, factory: 'varyByVersion', options: json(vary) });
  }
  return policies;
}
