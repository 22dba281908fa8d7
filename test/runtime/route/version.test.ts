import { describe, expect, it } from 'vitest';
import { acceptedVersion } from '../../../runtime/route/version.ts';

describe('acceptedVersion (RT-12)', () => {
  it.each([
    ['application/vnd.acme.v2+json', 'application/vnd.acme', '2'],
    ['application/vnd.acme.2', 'application/vnd.acme', '2'],
    ['text/html, Application/vnd.Acme+json; q=0.9; Version="3.1"', 'application/vnd.acme', '3.1'],
    ['application/json;version=v2', 'application/json', '2'],
    ['application/json', 'application/json', undefined],
    ['*/*', 'application/vnd.acme', undefined],
    ['application/vnd.acmecorp.v2+json', 'application/vnd.acme', undefined],
    ['application/vnd.acme.beta+json', 'application/vnd.acme', undefined],
    ['', 'application/json', undefined],
  ])('%s', (accept, type, version) => {
    expect(acceptedVersion(accept, type)).toBe(version);
  });

  it('does not look at more ranges than anybody asks for', () => {
    expect(acceptedVersion(`${'a/b,'.repeat(100_000)}application/json;version=2`, 'application/json')).toBeUndefined();
  });
});
