import type { IpOptions } from '../../runtime/policies/ip.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { list, object } from '../plan/shape.ts';
import { addressRange } from './address-range.ts';

const ranges = list(addressRange('An entry'), { minimum: 1 });

export default defineKey({
  key: 'ip',
  levels: ['root', 'path', 'operation'],
  summary:
    'Client addresses that may call, and that may not. The longest range that holds an address decides; at equal length deny wins.',
  schema: object({ allow: ranges, deny: ranges }),
  check: noCheck,
  lower: ({ allow = [], deny = [] }): IpOptions => ({ allow: allow.toSorted(), deny: deny.toSorted() }),
  compare: unordered,
  stage: 'ip',
  runtime: { module: 'policies/ip', factory: 'ip' },
});
