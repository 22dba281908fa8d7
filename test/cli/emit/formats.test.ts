import { expect, it } from 'vitest';
import { FORMATS } from '../../../cli/emit/formats.ts';
import * as formats from '../../../runtime/validate/formats.ts';

it('lists the checks of the runtime, each of them', () => {
  expect([...FORMATS.values()].map(({ check }) => check).sort()).toEqual(Object.keys(formats).sort());
});

it('checks linearly', () => {
  const hostile = [
    'a'.repeat(100_000),
    '-'.repeat(100_000),
    '1'.repeat(100_000),
    '%41'.repeat(50_000),
    'a.'.repeat(100_000),
    '{a,'.repeat(50_000),
    '"'.repeat(100_000),
    ':'.repeat(100_000),
  ];
  for (const { type, check } of FORMATS.values()) {
    const run: unknown = Reflect.get(formats, check);
    if (type === 'string' && typeof run === 'function') for (const text of hostile) run(text);
  }
});
