import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { nearest } from '../nearest.ts';
import { type LimitDraft, NO_PLANS, needsIdentity } from '../policies/limit-shapes.ts';
import { findingAbout, routeName } from './findings.ts';
import { limitKeys } from './limits.ts';
import { lowered } from './lowered.ts';

/**
 * What only the gateway file and the security of the operations tell about limits: plans that do not exist (`gateway/policy-undefined`),
 * and callers whom nothing counts (`gateway/limit-key`). What many operations inherit is said once.
 */
export function limitFindings(operations: readonly MergedOperation[], config: GatewayConfig): readonly Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const merged of operations) {
    for (const { node, draft } of draftsOf(merged)) {
      for (const diagnostic of [...planFindings(merged, node, draft, config), ...keyFindings(merged, node, draft)]) {
        const key = JSON.stringify([diagnostic.rule, diagnostic.at]);
        if (!found.has(key)) found.set(key, diagnostic);
      }
    }
  }
  return [...found.values()];
}

interface WrittenDraft {
  /** The limit itself, also where it is one of a list. */
  readonly node: Node;
  readonly draft: LimitDraft;
}

function draftsOf(merged: MergedOperation): readonly WrittenDraft[] {
  return limitKeys.flatMap((key) => {
    const node = merged.effective.get(key.key)?.node;
    if (node === undefined) return [];
    const { value } = node;
    return (lowered(key, merged) ?? []).map((draft, index): WrittenDraft => {
      if (!Array.isArray(value)) return { node, draft };
      return { node: { ...node, pointer: below(node.pointer, index), value: value[index] }, draft };
    });
  });
}

/** A plan that the gateway file does not know would never be anybody's. */
function planFindings(
  merged: MergedOperation,
  node: Node,
  { amounts }: LimitDraft,
  { mode, plans }: GatewayConfig,
): readonly Diagnostic[] {
  if (mode === 'single') return [];
  return amounts.plans.flatMap(([plan]) => {
    if (plans.has(plan)) return [];
    const near = nearest(plan, [...plans.keys(), ...NO_PLANS]);
    const { operation: _operation, ...finding } = findingAbout(merged, {
      rule: 'gateway/policy-undefined',
      message: `There is no plan '${plan}'`,
      hint: near === undefined ? 'Add it to `plans` of the gateway file.' : `Did you mean '${near}'?`,
      at: { ...placeOf(node), pointer: below(node.pointer, 'requests', plan), part: 'key' },
    });
    return [finding];
  });
}

function keyFindings(merged: MergedOperation, node: Node, draft: LimitDraft): readonly Diagnostic[] {
  const rule = 'gateway/limit-key';
  const alternatives = merged.operation.security?.value ?? [];
  const optional = alternatives.some((one) => Object.keys(one).length === 0);
  const at = placeOf(node);
  if (optional && needsIdentity(draft) && draft.amounts.anonymous === undefined) {
    const message = `${routeName(merged)} may be called without a credential, and nothing says how often`;
    return [findingAbout(merged, { rule, message, hint: 'Add `anonymous` to `requests`: it is counted by address.', at })];
  }
  if (draft.by.length === 0 || !draft.by.every(({ from }) => from === 'header')) return [];
  const { operation: _operation, ...finding } = findingAbout(merged, {
    rule,
    severity: 'warn',
    message: 'Callers choose the header that they are counted by, so they can call as often as they like',
    hint: 'Count by ip or consumer as well.',
    at,
  });
  return [finding];
}
