import { describe, expect, it } from 'vitest';
import { reversed } from '../../../../cli/diff/policy/direction.ts';
import { diffed, diffedDocuments, document, operation } from '../../../support/diffed.ts';

const schemes = {
  securitySchemes: {
    oauth: {
      type: 'oauth2',
      flows: { clientCredentials: { tokenUrl: 'https://id.example.com', scopes: { 'a:read': 'r', 'a:write': 'w' } } },
    },
    key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    certificate: { type: 'mutualTLS' },
  },
};

function secured(security: unknown): Readonly<Record<string, unknown>> {
  return document({ '/a': { get: operation(security === undefined ? {} : { security }) } }, { components: schemes });
}

/** `verdict severity direction id` from one requirement to another. */
function judged(before: unknown, after: unknown): readonly string[] {
  const { changes } = diffedDocuments(secured(before), secured(after));
  return changes.map(({ verdict, severity, direction, id }) => `${verdict} ${severity} ${direction} ${id}`);
}

const weaker = ['weakened critical weaker auth-weakened'];
const tighter = ['breaking high tighter auth-asks-more'];

describe('D6: who may call', () => {
  it.each([
    ['removed', [{ oauth: ['a:read'] }], undefined],
    ['made public', [{ oauth: ['a:read'] }], []],
    ['an alternative', [{ oauth: ['a:read'] }], [{ oauth: ['a:read'] }, { key: [] }]],
    ['an alternative without credentials', [{ oauth: ['a:read'] }], [{ oauth: ['a:read'] }, {}]],
    ['a scope less', [{ oauth: ['a:read', 'a:write'] }], [{ oauth: ['a:read'] }]],
    ['a conjunct less', [{ oauth: [], key: [] }], [{ oauth: [] }]],
    ['mTLS off', [{ certificate: [] }], undefined],
    ['mTLS off beside a token', [{ oauth: ['a:read'], certificate: [] }], [{ oauth: ['a:read'] }]],
    ['mTLS optional', [{ certificate: [] }], [{ certificate: [] }, { oauth: [] }]],
  ])('%s is weaker, and the other way round asks more', (_name, before, after) => {
    expect(judged(before, after)).toEqual(weaker);
    expect(judged(after, before)).toEqual(tighter);
  });

  it('a weaker credential is weaker, and turns callers away', () => {
    expect(judged([{ oauth: [] }], [{ key: [] }])).toEqual([...weaker, ...tighter]);
    expect(judged([{ key: [] }], [{ oauth: [] }])).toEqual(tighter);
    expect(judged([{ certificate: [] }], [{ oauth: [] }])).toEqual([...weaker, ...tighter]);
    expect(judged([{ oauth: [] }], [{ certificate: [] }])).toEqual(tighter);
  });

  it('order, names of schemes and an empty list mean nothing', () => {
    expect(judged([{ oauth: [] }, { key: [] }], [{ key: [] }, { oauth: [] }])).toEqual([]);
    expect(judged(undefined, [])).toEqual([]);
    const renamed = document(
      { '/a': { get: operation({ security: [{ other: [] }] }) } },
      { components: { securitySchemes: { other: { ...schemes.securitySchemes.key, description: 'x', name: 'x-key' } } } },
    );
    expect(diffedDocuments(secured([{ key: [] }]), renamed).changes).toEqual([]);
  });

  it('says that the root lost its security, for each operation', () => {
    const make = (root: object) => document({ '/a': { get: operation(), put: operation() } }, { components: schemes, ...root });
    const report = diffedDocuments(make({ security: [{ key: [] }] }), make({}));
    expect(report.changes).toHaveLength(2);
    expect(report.changes[0]).toMatchObject({
      severity: 'critical',
      direction: 'weaker',
      message: 'auth: key → none (the security at the root was removed)',
      at: { base: { file: 'openapi.json' }, head: { file: 'openapi.json' } },
    });
    expect(report.failed).toBe(true);
  });

  it.each([
    ['audience dropped', { audience: 'api' }, {}, 'weaker'],
    [
      'issuer added',
      { issuer: 'https://a.example.com' },
      { issuer: ['https://a.example.com', 'https://b.example.com'] },
      'weaker',
    ],
    ['algorithm removed', { algorithms: ['ES256', 'RS256'] }, { algorithms: ['ES256'] }, 'tighter'],
    ['mTLS: a name added', { type: 'mtls', names: ['a'] }, { type: 'mtls', names: ['a', 'b'] }, 'weaker'],
    ['mTLS: any name', { type: 'mtls', names: ['a'] }, { type: 'mtls' }, 'weaker'],
    ['mTLS: pinned keys', { type: 'mtls' }, { type: 'mtls', keys: ['A'.repeat(43)] }, 'tighter'],
    ['mTLS: revoked no longer', { type: 'mtls', crl: 'crl.pem' }, { type: 'mtls' }, 'weaker'],
    ['mTLS: other authority', { type: 'mtls', ca: 'a.pem' }, { type: 'mtls', ca: 'b.pem' }, 'unknown'],
    ['mTLS: by a header of a proxy', { type: 'mtls' }, { type: 'mtls', header: 'X-Client-Cert' }, 'unknown'],
    ['mTLS off', { type: 'mtls', ca: 'a.pem' }, { type: 'jwt', audience: 'api' }, 'weaker'],
    ['mTLS on', { type: 'apiKey', keys: 'store' }, { type: 'mtls', ca: 'a.pem' }, 'tighter'],
    ['keys elsewhere', { jwks: 'https://a.example.com' }, { jwks: 'https://b.example.com' }, 'unknown'],
  ] as const)('verifiers: %s', (_name, before, after, direction) => {
    const make = (binding: object) => ({
      'gateway.yaml': {
        specs: ['a.json'],
        upstreams: { main: { url: 'http://a.test' } },
        defaults: { upstream: 'main' },
        security: { key: { type: 'jwt', ...binding } },
      },
      'a.json': secured([{ key: [] }]),
    });
    const found = diffed(make(before), make(after)).changes.filter(({ id }) => id.startsWith('verifier-'));
    expect(found.map((one) => one.direction)).toEqual([direction]);
    const back = diffed(make(after), make(before)).changes.filter(({ id }) => id.startsWith('verifier-'));
    expect(back.map((one) => one.direction)).toEqual([reversed(direction)]);
    if (direction !== 'tighter') expect(found[0]?.verdict).toBe('weakened');
    expect(found[0]?.at.head?.file).toBe('gateway.yaml');
  });
});
