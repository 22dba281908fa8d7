import type { CheckContext } from '../plan/key.ts';
import { type CommonAuthored, lowerCommon, needsIdentity } from './limit-shapes.ts';

/**
 * A limit by who calls does not apply where anybody may call: inherited, it is skipped there, and its neighbours in a list are not. The
 * operation itself must not say it.
 */
export function checkKeys(limits: readonly CommonAuthored[], { operation, level, inapplicable, report }: CheckContext): void {
  if ((operation.security?.value ?? []).length > 0) return;
  const needing = limits.filter((one) => needsIdentity(lowerCommon(one)));
  const [first] = needing;
  if (first === undefined) return;
  const words = typeof first.by === 'string' ? first.by : (first.by ?? []).join(', ');
  const reason = `calls are counted by ${words}, and the operation asks for no credential`;
  if (needing.length === limits.length) inapplicable(reason);
  else if (level === 'operation')
    report(`One of the limits does not apply: ${reason}`, 'Count by ip here, or ask for a credential.');
}
