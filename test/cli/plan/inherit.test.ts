import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../cli/config/gateway.ts';
import { singleDocumentGateway } from '../../../cli/config/single.ts';
import type { Document, Node } from '../../../cli/load/document.ts';
import { openWorkspace } from '../../../cli/load/workspace.ts';
import type { Effective } from '../../../cli/plan/effective.ts';
import { effectiveValues } from '../../../cli/plan/inherit.ts';
import type { OpenApiVersion, Resolver } from '../../../cli/resolve/api.ts';
import { readApi } from '../../../cli/resolve/read-api.ts';
import { isFields } from '../../../cli/resolve/walk.ts';
import { folderOf } from '../../support/folder.ts';

type Gateway = Readonly<Record<string, unknown>>;

interface Levels {
  readonly operation?: Gateway;
  readonly path?: Gateway;
  readonly root?: Gateway;
  readonly defaults?: readonly Gateway[];
  readonly security?: unknown;
}

const nothing: Resolver = { resolve: (node) => ({ node, chain: [] }), target: () => ({ failure: 'none' }) };

function documentOf(value: unknown, file = 'openapi.yaml'): Document {
  return { file, text: '', format: 'json', value, locate: () => [] };
}

function fieldsAt(document: Document): Node<Gateway> {
  if (!isFields(document.value)) throw new Error('no object');
  return { document, pointer: '', value: document.value };
}

/** Effective values of `GET /v2/orders/{id}` with these `x-gateway` objects. */
function effective(
  { operation, path, root, defaults = [], security }: Levels,
  version: OpenApiVersion = '3.1',
): ReadonlyMap<string, Effective> {
  const extension = (gateway: Gateway | undefined): object => (gateway === undefined ? {} : { 'x-gateway': gateway });
  const get = { ...extension(operation), ...(security === undefined ? {} : { security }) };
  const document = documentOf({
    openapi: '3.1.1',
    servers: [{ url: '/v2' }],
    ...extension(root),
    paths: { '/orders/{id}': { get, ...extension(path) } },
  });
  const { config: single } = singleDocumentGateway(openWorkspace(folderOf({})), ['openapi.yaml'], {});
  const config: GatewayConfig = {
    ...single,
    mode: 'platform',
    defaults: defaults.map((one, index) => fieldsAt(documentOf(one, `gateway-${index}.yaml`))),
  };
  const [only] = readApi(fieldsAt(document), version, { file: 'openapi.yaml' }, nothing).operations;
  if (only === undefined) throw new Error('no operation');
  return effectiveValues(only, config);
}

const shown = (values: ReadonlyMap<string, Effective>): object =>
  Object.fromEntries(
    [...values].map(([key, { node, level, skipped }]) => [key, [node.value, level, ...(skipped === undefined ? [] : [skipped])]]),
  );

describe('effectiveValues', () => {
  it('merges groups member by member and replaces values whole', () => {
    const values = effective({
      defaults: [{ timeouts: { total: '15s', connect: '1s' }, audience: ['all'] }],
      root: { timeouts: { total: '10s' }, audience: ['a', 'b'], headers: { request: { set: { a: '1' } } } },
      operation: { timeouts: { idle: '5s' }, audience: ['c'], headers: { response: { remove: ['x'] } } },
    });
    expect(shown(values)).toEqual({
      audience: [['c'], 'operation'],
      'timeouts.total': ['10s', 'root'],
      'timeouts.connect': ['1s', 'defaults'],
      'timeouts.idle': ['5s', 'operation'],
      'headers.request': [{ set: { a: '1' } }, 'root'],
      'headers.response': [{ remove: ['x'] }, 'operation'],
    });
    expect(values.get('timeouts.total')?.node.pointer).toBe('/x-gateway/timeouts/total');
  });

  it('removes by null: a value, a member, a whole group', () => {
    const root = { owner: 'a', timeouts: { total: '1s', idle: '2s' }, limits: { body: '1KiB', query: { count: 1 } } };
    expect(shown(effective({ root, operation: { owner: null, timeouts: null, limits: { body: null } } }))).toEqual({
      'limits.query': [{ count: 1 }, 'root'],
    });
    expect(shown(effective({ root: { owner: 'a' }, path: { owner: null }, operation: { owner: 'b' } }))).toEqual({
      owner: ['b', 'operation'],
    });
  });

  it('drops the other ways to answer, and what only an upstream needs', () => {
    const values = effective({ root: { upstream: 'orders', timeouts: { total: '3s' } }, path: { redirect: { to: '/x' } } });
    expect(shown(values)).toEqual({
      upstream: ['orders', 'root', 'redirect is nearer'],
      redirect: [{ to: '/x' }, 'path'],
      'timeouts.total': ['3s', 'root', 'the operation has redirect and no upstream'],
    });
    expect(shown(effective({ path: { redirect: { to: '/x' } }, operation: { upstream: 'orders' } }))).toEqual({
      upstream: ['orders', 'operation'],
      redirect: [{ to: '/x' }, 'path', 'upstream is nearer'],
    });
  });

  it('skips an inherited value that cannot apply, and says why', () => {
    expect(shown(effective({ root: { public: 'shop' }, security: [{ key: [] }] }))).toEqual({
      public: ['shop', 'root', 'the security of the operation is not []'],
    });
    expect(shown(effective({ root: { rewrite: { stripPrefix: '/v3' } } }))).toEqual({
      rewrite: [{ stripPrefix: '/v3' }, 'root', 'the path does not begin with /v3'],
    });
    expect(shown(effective({ root: { rewrite: { stripPrefix: '/v2' } } }))).toEqual({
      rewrite: [{ stripPrefix: '/v2' }, 'root'],
    });
  });

  it('takes own members only', () => {
    expect(
      shown(effective({ root: JSON.parse('{"__proto__": {"owner": "a"}, "timeouts": {"__proto__": {"total": "1s"}}}') })),
    ).toEqual({});
  });

  const member = (of: fc.Arbitrary<unknown>) => fc.option(fc.oneof(of, fc.constant(null)), { nil: undefined });
  const level = fc
    .record({
      owner: member(fc.constantFrom('a', 'b')),
      audience: member(fc.constantFrom(['x'], ['y', 'z'])),
      total: member(fc.constantFrom('1s', '2s')),
      body: member(fc.constantFrom('1KiB', '2KiB')),
      noTimeouts: fc.boolean(),
    })
    .map(({ owner, audience, total, body, noTimeouts }): Gateway => {
      const group = (name: string, value: unknown): object => (value === undefined ? {} : { [name]: value });
      return {
        ...group('owner', owner),
        ...group('audience', audience),
        ...(noTimeouts ? { timeouts: null } : total === undefined ? {} : { timeouts: { total } }),
        ...(body === undefined ? {} : { limits: { body } }),
      };
    });

  it('is the value of the nearest level that wrote it, for any levels', () => {
    fc.assert(
      fc.property(fc.array(level, { minLength: 3, maxLength: 5 }), (levels) => {
        const [operation = {}, path = {}, root = {}, ...defaults] = levels;
        const values = effective({ operation, path, root, defaults });
        const names = ['operation', 'path', 'root', 'defaults', 'defaults'];
        for (const key of ['owner', 'audience', 'timeouts.total', 'limits.body']) {
          const [group = '', name] = key.split('.');
          const written = levels.map((one) =>
            name === undefined || one[group] === null ? one[group] : isFields(one[group]) ? one[group][name] : undefined,
          );
          const nearest = written.findIndex((value) => value !== undefined);
          const found = values.get(key);
          if (nearest === -1 || written[nearest] === null) expect(found).toBeUndefined();
          else expect([found?.node.value, found?.level]).toEqual([written[nearest], names[nearest]]);
        }
      }),
    );
  });
});
