import { describe, expect, it } from 'vitest';
import { diffedDocuments, document, operation } from '../../support/diffed.ts';

const kept = { '/kept': { get: operation() } };

function ids(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const base = document({ ...kept, '/a': { get: operation(before) } });
  const head = document(after === undefined ? kept : { ...kept, '/a': { get: operation(after) } });
  return diffedDocuments(base, head).changes.map(({ id, severity, verdict }) => `${verdict} ${severity} ${id}`);
}

const ending = (sunset: string) => ({ deprecated: true, 'x-gateway': { lifecycle: { deprecated: '2026-01-01', sunset } } });

describe('D10: announcements', () => {
  it('makes a removal harmless once the sunset has passed', () => {
    expect(ids(ending('2026-11-01'), undefined)).toEqual(['compatible info route-removed']);
    expect(ids(ending('2027-06-01'), undefined)).toEqual(['breaking high route-removed-before-sunset']);
    expect(ids({ deprecated: true }, undefined)).toEqual(['potential medium route-removed-without-sunset']);
    expect(ids({}, undefined)).toEqual(['breaking high route-removed-without-deprecation']);
    expect(ids({ 'x-stability-level': 'alpha' }, undefined)).toEqual(['compatible info route-removed']);
  });

  it('asks for 180 days of notice', () => {
    expect(ids({}, ending('2027-11-23'))).toEqual(['compatible info deprecated', 'compatible info sunset-announced']);
    expect(ids({}, ending('2027-01-01'))).toEqual(['breaking high sunset-too-soon', 'compatible info deprecated']);
    expect(ids(ending('2028-01-01'), ending('2027-01-01'))).toEqual(['breaking high sunset-earlier']);
    expect(ids(ending('2028-01-01'), ending('2027-10-01'))).toEqual(['potential medium sunset-earlier']);
    expect(ids(ending('2027-01-01'), ending('2028-01-01'))).toEqual(['compatible info sunset-later']);
  });

  it('judges a sunset that is taken back, or is no date', () => {
    expect(ids({ deprecated: true, 'x-sunset': '2027-12-01' }, { deprecated: true })).toEqual(['breaking high sunset-deleted']);
    expect(ids({ deprecated: true, 'x-sunset': 'soon' }, { deprecated: true })).toEqual(['breaking high sunset-invalid']);
    expect(ids(ending('2027-12-01'), {})).toEqual(['compatible info reactivated', 'compatible info sunset-deleted']);
  });
});
