import { describe, expect, it } from 'vitest';
import { openWorkspace } from '../../../cli/load/workspace.ts';
import type { Api } from '../../../cli/resolve/api.ts';
import { resolveApis } from '../../../cli/resolve/resolve.ts';
import { folderOf } from '../../support/folder.ts';

const head = (version = '3.1.1') => `openapi: ${version}\ninfo: { title: Orders, version: "1" }\n`;

function resolved(files: Readonly<Record<string, string>>) {
  return resolveApis(openWorkspace(folderOf(files)), [{ file: 'openapi.yaml' }]);
}

function apiOf(files: Readonly<Record<string, string>>): Api {
  const { apis, diagnostics } = resolved(files);
  expect(diagnostics).toEqual([]);
  const [api] = apis;
  if (api === undefined) throw new Error('no api');
  return api;
}

describe('operations', () => {
  it('reads methods, ids, tags and inherited security', () => {
    const api = apiOf({
      'openapi.yaml': `${head()}security: [{ a: [] }]
paths:
  /orders:
    get: { operationId: list, tags: [x], responses: {} }
    post: { security: [], deprecated: true, responses: {} }
    x-get: { responses: {} }
`,
    });
    expect(api.operations.map(({ method, path, operationId, deprecated }) => [method, path, operationId, deprecated])).toEqual([
      ['GET', '/orders', 'list', false],
      ['POST', '/orders', undefined, true],
    ]);
    expect(api.operations.map(({ security }) => security?.value)).toEqual([[{ a: [] }], []]);
  });

  it('merges parameters by name and place, the operation last', () => {
    const api = apiOf({
      'openapi.yaml': `${head()}paths:
  /orders/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
      - { name: X-Trace, in: header, schema: { type: string } }
      - { $ref: "#/components/parameters/Limit" }
    get:
      parameters:
        - { name: x-trace, in: header, schema: { type: integer } }
        - { name: id, in: query, schema: { type: string } }
      responses: {}
components:
  parameters:
    Limit: { name: limit, in: query, schema: { type: integer } }
`,
    });
    expect(api.operations[0]?.parameters.map(({ name, in: at, node }) => `${at} ${name} ${node.pointer}`)).toEqual([
      'path id /paths/~1orders~1{id}/parameters/0',
      'header x-trace /paths/~1orders~1{id}/get/parameters/0',
      'query limit /components/parameters/Limit',
      'query id /paths/~1orders~1{id}/get/parameters/1',
    ]);
  });

  it('reads QUERY and additional operations in 3.2 only', () => {
    const paths =
      'paths:\n  /a:\n    query: { responses: {} }\n    additionalOperations: { COPY: { responses: {} }, POST: { responses: {} } }\n';
    expect(apiOf({ 'openapi.yaml': head('3.2.0') + paths }).operations.map(({ method }) => method)).toEqual(['QUERY', 'COPY']);
    expect(apiOf({ 'openapi.yaml': head('3.1.0') + paths }).operations).toEqual([]);
  });

  it('follows a path item and keeps what stands beside its $ref', () => {
    const api = apiOf({
      'openapi.yaml': `${head()}paths:
  /orders:
    $ref: "paths/orders.yaml#/item"
    x-gateway: { owner: near }
    parameters: [{ name: a, in: query, schema: {} }]
`,
      'paths/orders.yaml': `item:
  x-gateway: { owner: far }
  parameters: [{ name: b, in: query, schema: {} }]
  get: { responses: { "200": { $ref: "../common.yaml#/Fine" } } }
`,
      'common.yaml': 'Fine: { description: Fine }\n',
    });
    const [operation] = api.operations;
    expect(operation?.node.document.file).toBe('paths/orders.yaml');
    expect(operation?.gateway.map(({ node }) => node.value.owner)).toEqual(['near']);
    expect(operation?.parameters.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(operation?.responses.get('200')?.document.file).toBe('common.yaml');
  });

  it.each([
    ['', ''],
    ['servers: [{ url: / }]', ''],
    ['servers: [{ url: /v2/ }]', '/v2'],
    ['servers: [{ url: "https://api.example.com/v2?x#y" }, { url: /other }]', '/v2'],
    ['servers: [{ url: "//api.example.com" }]', ''],
    [
      'servers: [{ url: "https://{region}.example.com/{base}/x", variables: { base: { default: v3 }, region: { default: eu } } }]',
      '/v3/x',
    ],
    ['servers: [{ url: v1 }]', '/v1'],
    ['servers: []', ''],
  ])('mounts at the first of the nearest servers: %s', (servers, mount) => {
    const [root] = apiOf({ 'openapi.yaml': `${head()}${servers}\npaths: { /a: { get: { responses: {} } } }\n` }).operations;
    expect(root?.mount).toBe(mount);
  });

  it('takes the servers of the operation before those of the path item', () => {
    const api = apiOf({
      'openapi.yaml': `${head()}servers: [{ url: /root }]
paths:
  /a:
    servers: [{ url: /path }]
    get: { servers: [{ url: /operation }], responses: {} }
    put: { responses: {} }
`,
    });
    expect(api.operations.map(({ mount }) => mount)).toEqual(['/operation', '/path']);
  });
});

describe('references', () => {
  it('never follows data', () => {
    const data = '{ $ref: "https://example.com/x" }';
    expect(
      apiOf({
        'openapi.yaml': `${head()}x-foreign: ${data}
paths:
  /a:
    get:
      x-foreign: ${data}
      responses:
        default:
          description: Any
          content:
            application/json:
              example: ${data}
              schema:
                type: object
                default: ${data}
                enum: [${data}]
                const: ${data}
                examples: [${data}]
                properties: { value: { type: string }, example: { type: string, example: ${data} } }
          links: { next: { operationId: a, parameters: { p: ${data} }, requestBody: ${data} } }
components:
  examples: { one: { value: ${data} } }
`,
      }).operations,
    ).toHaveLength(1);
  });

  it('follows properties named like data keys, and responses under default', () => {
    const { diagnostics } = resolved({
      'openapi.yaml': `${head()}paths:
  /a:
    get:
      responses:
        default: { $ref: "#/gone/1" }
        "200":
          description: Fine
          content:
            application/json:
              schema: { properties: { value: { $ref: "#/gone/2" }, default: { $ref: "#/gone/3" }, example: { $ref: "#/gone/4" } } }
`,
    });
    expect(diagnostics.map(({ rule, message }) => `${rule} ${message.slice(1, 9)}`).sort()).toEqual([
      'spec/ref-unresolved #/gone/1',
      'spec/ref-unresolved #/gone/2',
      'spec/ref-unresolved #/gone/3',
      'spec/ref-unresolved #/gone/4',
    ]);
  });

  it('resolves $id, $anchor and $self without looking outside', () => {
    const schema = (reference: string) =>
      `{ description: x, content: { application/json: { schema: { $ref: "${reference}" } } } }`;
    const api = apiOf({
      'openapi.yaml': `${head('3.2.0')}$self: https://example.com/api/openapi
paths:
  /a:
    get:
      responses:
        "200": ${schema('https://example.com/schemas/order')}
        "201": ${schema('#total')}
        "202": ${schema('https://example.com/api/openapi#/components/schemas/Order')}
        "203": ${schema('#/components/schemas/Order')}
components:
  schemas:
    Order:
      $id: https://example.com/schemas/order
      properties: { total: { $ref: "#/$defs/amount" }, name: { $ref: "#/components/schemas/Name" } }
      $defs: { amount: { $anchor: total, type: number } }
    Name: { type: string }
`,
    });
    expect(api.operations).toHaveLength(1);
  });

  it('descends through references that stand in the way of a pointer', () => {
    expect(
      apiOf({
        'openapi.yaml': `${head()}paths: { /a: { $ref: "#/components/pathItems/A/x-inner" } }
components: { pathItems: { A: { $ref: "b.yaml#/A" } } }
`,
        'b.yaml': 'A: { x-inner: { get: { responses: {} } } }\n',
      }).operations,
    ).toHaveLength(1);
  });

  it('judges a fragment that several documents share once, in either order', () => {
    const document = (name: string) => `${head()}paths: { /${name}: { get: { responses: { "200": { $ref: common.yaml } } } } }\n`;
    const root = folderOf({ 'a.yaml': document('a'), 'b.yaml': document('b'), 'common.yaml': 'description: { $ref: 1 }\n' });
    const count = (files: readonly string[]) =>
      resolveApis(
        openWorkspace(root),
        files.map((file) => ({ file })),
      ).visits.filter(({ kind }) => kind === 'response').length;
    expect(count(['a.yaml', 'b.yaml'])).toBe(1);
    expect(count(['b.yaml', 'a.yaml'])).toBe(1);
  });

  it('keeps the other documents when one is broken', () => {
    const root = folderOf({
      'a.yaml': `${head()}paths: { /a: { get: { responses: {} } } }\n`,
      'b.yaml': 'openapi: [',
      'c.yaml': 'swagger: "2.0"',
    });
    const { apis, diagnostics } = resolveApis(openWorkspace(root), [{ file: 'b.yaml' }, { file: 'a.yaml' }, { file: 'c.yaml' }]);
    expect(apis.map(({ document }) => document.file)).toEqual(['a.yaml']);
    expect(diagnostics.map(({ rule }) => rule)).toEqual(['spec/parse', 'spec/version']);
  });

  it('stays linear in chains, rings and broken references', () => {
    const schemas = (reference: (index: number) => string) =>
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'a', version: '1' },
        components: {
          schemas: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`S${i}`, { allOf: [{ $ref: reference(i) }] }])),
        },
      });
    const run = (text: string) =>
      resolveApis(openWorkspace(folderOf({ 'a.json': text })), [{ file: 'a.json' }]).diagnostics.length;
    expect(run(schemas((i) => `#/components/schemas/S${(i + 1) % 20_000}`))).toBe(0);
    expect(run(schemas((i) => `#/components/schemas/T${i}`))).toBe(20_000);
  });
});
