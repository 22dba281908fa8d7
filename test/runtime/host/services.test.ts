import { describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../../runtime/environment.ts';

describe('resolveEnvironment', () => {
  const environment = { HOST: 'orders', EMPTY: '', PORT: '81' };

  it('replaces names, with a default where they are unset or empty', () => {
    expect(resolveEnvironment('http://${HOST}:${PORT:-80}/${EMPTY:-e}/${NONE:-}', environment)).toBe('http://orders:81/e/');
    expect(resolveEnvironment('plain $HOST {HOST}', environment)).toBe('plain $HOST {HOST}');
  });

  it('names what is missing', () => {
    expect(() => resolveEnvironment('${NONE}', environment)).toThrow(/NONE/);
    expect(() => resolveEnvironment('${EMPTY}', environment)).toThrow(/EMPTY/);
    expect(() => resolveEnvironment('${constructor}', Object.create(null))).toThrow(/constructor/);
  });
});
