import { describe, expect, it } from 'vitest';
import { parseDate, parseDuration, parseSize } from '../../../cli/plan/units.ts';

describe('units', () => {
  it.each([
    ['250ms', 250],
    ['3s', 3_000],
    ['1m', 60_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0s', 0],
    ['3', undefined],
    ['3 s', undefined],
    ['3S', undefined],
    ['1.5s', undefined],
    ['-1s', undefined],
    ['1e3s', undefined],
    ['', undefined],
    ['9999999999s', undefined],
  ])('the duration %j is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    ['0B', 0],
    ['512B', 512],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
    ['1MB', undefined],
    ['1kib', undefined],
    ['1', undefined],
    ['1 MiB', undefined],
  ])('the size %j is %s bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each([
    ['2027-03-15', Date.UTC(2027, 2, 15)],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    ['2027-02-29', undefined],
    ['2027-13-01', undefined],
    ['2027-03-15T10:00:00Z', Date.UTC(2027, 2, 15, 10)],
    ['2027-03-15T10:00:00+02:00', Date.UTC(2027, 2, 15, 8)],
    ['2027-03-15T10:00:00', undefined],
    ['15.3.2027', undefined],
    ['2027-3-15', undefined],
  ])('the date %j is %s', (text, time) => expect(parseDate(text)).toBe(time));
});
