import { describe, expect, it } from 'vitest';
import { Registry } from '../../../runtime/host/registry.ts';

describe('Registry', () => {
  it('keeps what two generations name over the end of one, and disposes what nobody holds', () => {
    const disposed: string[] = [];
    const registry = new Registry<string>((value) => disposed.push(value));
    expect(registry.acquire('a', () => 'first')).toBe('first');
    expect(registry.acquire('b', () => 'other')).toBe('other');
    expect(registry.acquire('a', () => 'second')).toBe('first');
    registry.release('a');
    registry.release('b');
    expect(disposed).toEqual(['other']);
    registry.release('a');
    registry.release('a');
    expect(disposed).toEqual(['other', 'first']);
    expect(registry.ids).toEqual([]);
  });
});
