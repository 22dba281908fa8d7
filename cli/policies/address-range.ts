import { isIP } from 'node:net';
import type { Shape } from '../plan/shape.ts';

/** An address or a CIDR range; `says` names what it is for, in messages. */
export function addressRange(says: string): Shape<string> {
  return {
    schema: { type: 'string', pattern: '^[0-9a-fA-F.:]+(/\\d{1,3})?$' },
    check(value, keys, report) {
      const [, address = '', prefix] = typeof value === 'string' ? (/^([^/]*)(?:\/(\d{1,3}))?$/.exec(value) ?? []) : [];
      const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
      if (longest === -1 || Number(prefix ?? 0) > longest) {
        report(keys, 'value', `${says} must be an address range such as 10.0.0.0/8, but is '${String(value)}'`);
      }
    },
  };
}
