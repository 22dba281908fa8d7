import { expect, it } from 'vitest';
import { transportKind } from '../../../../runtime/host/transport/open-transport.ts';

it('is the direct transport unless GW_TRANSPORT says library', () => {
  expect([undefined, '', 'direct', 'library', 'DIRECT', 'undici'].map(transportKind)).toEqual([
    'direct',
    'direct',
    'direct',
    'library',
    undefined,
    undefined,
  ]);
});
