import { expect, it } from 'vitest';
import { negotiate } from '../../runtime/negotiate.ts';

const types = ['application/json', 'text/csv', 'application/problem+json'];

it.each([
  [undefined, 0],
  ['', 0],
  ['*/*', 0],
  ['text/csv', 1],
  ['text/*;q=0.5, application/json;q=0.4', 1],
  ['application/json;q=0, */*', 1],
  ['application/*;q=0.2, application/problem+json', 2],
  ['Text/CSV ; charset=utf-8 ; q=0.9', 1],
  ['image/png', -1],
  ['*/*;q=0', -1],
  [','.repeat(10_000), -1],
])('of %s takes %d', (accept, index) => expect(negotiate(accept, types)).toBe(index));
