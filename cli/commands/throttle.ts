import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';
import { printable } from '../report/escape.ts';
import { adminClient } from './admin-client.ts';
import { type Options, text } from './input.ts';
import { print } from './output.ts';

/**
 * `gw throttle acme 5/s --for 15m`: slow a caller down at once, on every thread of a running gateway (PR-5). `block` and `shed 50%` instead
 * of a rate, `off` to take it back.
 */
export async function throttle(id: string, action: string, options: Options): Promise<number> {
  const path = `/overrides/${encodeURIComponent(text(options, 'scope') ?? 'consumer')}/${encodeURIComponent(id)}`;
  const client = adminClient(options);
  if (action === 'off') {
    await client.ask('DELETE', path);
    await print(`${printable(id)} is throttled no more.\n`);
    return 0;
  }
  const until = options.permanent === true ? { permanent: true } : { for: text(options, 'for') ?? '15m' };
  const answer = await client.ask('PUT', path, {
    ...actionOf(action),
    ...until,
    reason: text(options, 'reason') ?? 'gw throttle',
  });
  const end = member(answer, 'until');
  await print(`${printable(id)}: ${printable(action)} ${typeof end === 'string' ? `until ${end}` : 'until it is taken back'}.\n`);
  return 0;
}

function actionOf(action: string): object {
  if (action === 'block') return { block: true };
  if (/^\d+%$/.test(action)) return { shed: action };
  if (/^\d+\/\d*[smhd]$/.test(action)) return { limit: action };
  throw new GwError('ERR_GW_USAGE', `${action} is no order`, 'Write a rate (5/s), a share to refuse (50%), block, or off.');
}
