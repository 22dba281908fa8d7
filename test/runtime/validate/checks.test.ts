import { describe, expect, it } from 'vitest';
import { codePoints, equal, hasUniqueItems, isMultipleOf } from '../../../runtime/validate/checks.ts';

describe('equal', () => {
  it.each([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [{ a: undefined }, { b: undefined }, false],
    [1, true, false],
    [null, {}, false],
  ])('%j, %j: %s', (a, b, expected) => {
    expect(equal(a, b)).toBe(expected);
  });
});

it('counts code points, lone surrogates too', () => {
  expect(['', 'a', '😀', '😀x', '\ud800', '\ud83d\ud83d\ude00'].map(codePoints)).toEqual([0, 1, 1, 2, 1, 2]);
});

describe('hasUniqueItems', () => {
  it.each([
    [[1, 1], false],
    [[1, '1', true, 'true', null, 'null'], true],
    [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    [[[1], ['1']], true],
    [[{}, []], true],
    [['[]', []], true],
    [['{"a":1}', { a: 1 }], true],
  ])('%j: %s', (items, expected) => {
    expect(hasUniqueItems(items)).toBe(expected);
  });

  it('takes many objects at once', () => {
    expect(hasUniqueItems(Array.from({ length: 200_000 }, (_, id) => ({ id })))).toBe(true);
  });
});

it('divides in decimal', () => {
  expect(isMultipleOf(0.3, 0.1)).toBe(true);
  expect(isMultipleOf(0.35, 0.1)).toBe(false);
  expect(isMultipleOf(0.0075, 0.0001)).toBe(true);
  expect(isMultipleOf(1e308, 0.5)).toBe(true);
  expect(isMultipleOf(-9, 3)).toBe(true);
  expect(isMultipleOf(1.5, 1)).toBe(false);
});
