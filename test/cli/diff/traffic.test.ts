import { describe, expect, it } from 'vitest';
import { changesOf, diffed, diffedDocuments, document, idsOf, operation } from '../../support/diffed.ts';

describe('routes', () => {
  it('D5: a document differs from itself in nothing', () => {
    const one = document({ '/a': { get: operation() } });
    expect(diffedDocuments(one, one)).toMatchObject({ changes: [], failed: false });
  });

  it('D5: what one direction adds the other removes', () => {
    const [less, more] = [document({ '/a': { get: operation() } }), document({ '/a': { get: operation(), put: operation() } })];
    expect(idsOf(diffedDocuments(less, more))).toEqual(['route-added']);
    expect(idsOf(diffedDocuments(more, less))).toEqual(['route-removed-without-deprecation']);
  });

  it('D1: other names of path parameters are one line and no change', () => {
    const paths = (name: string) => ({
      [`/a/{${name}}`]: { get: operation({ parameters: [{ name, in: 'path', required: true, schema: { type: 'string' } }] }) },
      [`/b/{${name}}`]: { get: operation({ parameters: [{ name, in: 'path', required: true, schema: { type: 'string' } }] }) },
    });
    const report = diffedDocuments(document(paths('id')), document(paths('orderId')));
    expect(changesOf(report)).toEqual([
      'compatible info neutral path-parameters-renamed: GET /a/{orderId}, GET /b/{orderId}: path parameters have other names; no request notices',
    ]);
    expect(report.routes).toEqual({ base: 2, head: 2, added: 0, removed: 0, changed: 0 });
  });

  it('names the request that a more specific route takes, and the one that falls through', () => {
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
    const general = { '/users/{id}': { get: operation({ parameters }) } };
    const [base, head] = [document(general), document({ ...general, '/users/me': { get: operation() } })];
    const added = diffedDocuments(base, head).changes.find(({ id }) => id === 'route-precedence-changed');
    expect(added).toMatchObject({ witness: 'GET /users/me', message: 'takes requests from GET /users/{id}' });
    const removed = diffedDocuments(head, base).changes.find(({ id }) => id === 'route-falls-through');
    expect(removed).toMatchObject({ witness: 'GET /users/me', routes: [{ name: 'GET /users/me' }] });
  });

  it('D8: a route that takes requests of another team is a conflict, with a request and both places', () => {
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
    const users = document(
      { '/users/{id}': { get: operation({ parameters }) } },
      { security: [], 'x-gateway': { public: 'test' } },
    );
    const gateway = {
      specs: [{ files: 'users.json', owner: 'users' }],
      upstreams: { main: { url: 'http://a.test' } },
      defaults: { upstream: 'main' },
    };
    const mine = document({ '/users/me': { get: operation() } }, { security: [], 'x-gateway': { public: 'test' } });
    const report = diffed(
      { 'gateway.yaml': gateway, 'users.json': users },
      {
        'gateway.yaml': { ...gateway, specs: [...gateway.specs, { files: 'mine.json', owner: 'payments' }] },
        'users.json': users,
        'mine.json': mine,
      },
    );
    expect(report.changes.find(({ id }) => id === 'route-takeover')).toMatchObject({
      section: 'conflicts',
      severity: 'critical',
      verdict: 'conflict',
      witness: 'GET /users/me',
      teams: ['payments', 'users'],
      at: { base: { file: 'users.json' }, head: { file: 'mine.json' } },
    });
    expect(report.failed).toBe(true);
  });

  it('tells an owner and an upstream that changed', () => {
    const of = (owner: string, upstream: string) => ({
      'gateway.yaml': {
        specs: [{ files: 'a.json', owner }],
        upstreams: { one: { url: 'http://a.test' }, two: { url: 'http://b.test' } },
        defaults: { upstream },
      },
      'a.json': document({ '/a': { get: operation() } }, { security: [], 'x-gateway': { public: 'test' } }),
    });
    expect(changesOf(diffed(of('a', 'one'), of('b', 'two')))).toEqual(
      expect.arrayContaining([
        'potential high unknown route-upstream-changed: GET /a: to: one → two',
        'compatible medium neutral route-owner-changed: GET /a: owner: a → b',
      ]),
    );
  });
});
