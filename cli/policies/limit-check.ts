import type { CheckContext } from '../plan/key.ts';
import { essenceOf, isJsonType } from '../plan/media-type.ts';
import { isFields } from '../resolve/walk.ts';
import { type AmountsAuthored, type CommonAuthored, type CostAuthored, lowerCommon, needsIdentity } from './limit-shapes.ts';

/** A cost that the body says needs one that is JSON (RL-9). */
export function checkBodyCosts(limits: readonly { readonly cost?: CostAuthored }[], { operation, report }: CheckContext): void {
  if (!limits.some(({ cost }) => typeof cost === 'object' && 'body' in cost)) return;
  const content = operation.requestBody?.value.content;
  if (isFields(content) && Object.keys(content).map(essenceOf).some(isJsonType)) return;
  report(
    `${operation.method} ${operation.path} takes no JSON, and a limit is to find its cost there`,
    'Write a number, or the limit where there is a JSON body.',
  );
}

interface Counted extends CommonAuthored {
  readonly requests?: AmountsAuthored;
}

function countsAnonymous({ requests }: Counted): boolean {
  return typeof requests === 'object' && Object.hasOwn(requests, 'anonymous');
}

/**
 * A limit by who calls does not apply where anybody may call: inherited, it is skipped there, and its neighbours in a list are not. The
 * operation itself must not say it. Where a credential is optional, how often others may call has to be said (RL-10).
 */
export function checkKeys(limits: readonly Counted[], { operation, level, inapplicable, report }: CheckContext): void {
  for (const one of limits) {
    if (one.status === 503 && lowerCommon(one).by.length > 0)
      report(
        "'status: 503' is for limits that count everybody together",
        'Remove it: who exceeds a limit of its own is told 429.',
      );
  }
  const needing = limits.filter((one) => needsIdentity(lowerCommon(one)));
  const [first] = needing;
  if (first === undefined) return;
  const alternatives = operation.security?.value ?? [];
  if (alternatives.some((one) => Object.keys(one).length === 0) && needing.some((one) => !countsAnonymous(one))) {
    report(
      `${operation.method} ${operation.path} may be called without a credential, and nothing says how often`,
      'Add `anonymous` to `requests`: it is counted by address.',
    );
  }
  if (alternatives.length > 0) return;
  const words = typeof first.by === 'string' ? first.by : (first.by ?? []).join(', ');
  const reason = `calls are counted by ${words}, and the operation asks for no credential`;
  if (needing.length === limits.length) inapplicable(reason);
  else if (level === 'operation')
    report(`One of the limits does not apply: ${reason}`, 'Count by ip here, or ask for a credential.');
}
