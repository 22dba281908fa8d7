import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../../../cli/compile.ts';
import { fixDocuments } from '../../../../cli/lint/fix/apply.ts';
import { unifiedDiff } from '../../../../cli/report/unified-diff.ts';
import { folderOf } from '../../../support/folder.ts';

function checked(root: string, file: string) {
  const source = { kind: 'documents', files: [file], upstream: 'http://upstream.invalid' } as const;
  return check({ root, source, auth: 'none', defaultPreset: 'recommended', now: '2026-01-01', audit: true });
}

/** Fixes until nothing is left; gives the text, and how often something was fixed. */
function fixed(text: string, file = 'a.yaml'): { text: string; rounds: number } {
  const root = folderOf({ [file]: text });
  for (let rounds = 0; rounds < 5; rounds++) {
    const { diagnostics, workspace } = checked(root, file);
    const all = fixDocuments(diagnostics, workspace.documents);
    if (all.length === 0) return { text: readFileSync(join(root, file), 'utf8'), rounds };
    for (const one of all) writeFileSync(join(root, one.file), one.after);
  }
  throw new Error('fixing does not end');
}

const head = 'openapi: 3.1.0 # version\ninfo: { title: t, version: "1" }\nsecurity: []\n';

/** The document around one path item, in YAML. */
const around = (item: string, more = '') => `${head}paths:\n  /a/{id}/{other}:\n${item}${more}`;

describe('L20: --fix', () => {
  it.each([
    [
      'status codes in lower case, quotes kept',
      'paths:\n  /a:\n    get:\n      responses: # r\n        \'4xx\': { description: a } # four\n        5xx: { description: b }\n        "2xx": { description: c }\n',
      'paths:\n  /a:\n    get:\n      responses: # r\n        \'4XX\': { description: a } # four\n        5XX: { description: b }\n        "2XX": { description: c }\n',
    ],
    [
      'a missing path parameter, in front of the responses',
      'paths:\n  /a/{id}/{x-y}:\n    get:\n      operationId: a # id\n      responses: { "200": { description: d } }\n',
      'paths:\n  /a/{id}/{x-y}:\n    get:\n      operationId: a # id\n      parameters:\n        - { name: id, in: path, required: true, schema: { type: string } }\n        - { name: x-y, in: path, required: true, schema: { type: string } }\n      responses: { "200": { description: d } }\n',
    ],
    [
      'a missing path parameter, behind the others',
      'paths:\n  /a/{id}:\n    get:\n      parameters:\n      - name: q\n        in: query\n        schema: { type: string }   # text\n\n      # next\n      responses: { "200": { description: d } }\n',
      'paths:\n  /a/{id}:\n    get:\n      parameters:\n      - name: q\n        in: query\n        schema: { type: string }   # text\n      - { name: id, in: path, required: true, schema: { type: string } }\n\n      # next\n      responses: { "200": { description: d } }\n',
    ],
    [
      'a missing path parameter, in flow style',
      'paths:\n  /a/{id}: { get: { parameters: [], responses: { "200": { description: d } } }, put: { responses: { "200": { description: d } } } }\n',
      'paths:\n  /a/{id}: { get: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }], responses: { "200": { description: d } } }, put: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }], responses: { "200": { description: d } } } }\n',
    ],
    [
      'nullable of 3.0',
      "paths: {}\ncomponents:\n  schemas:\n    A:\n      # may be null\n      type: 'string' # t\n      nullable: true # n\n      minLength: 1\n    B: { nullable: true, type: [integer, string] }\n    C: { type: string, nullable: false }\n    D: &d { type: object, nullable: true, x-d: 1 }\n    E: *d\n    F: { nullable: true }\n",
      "paths: {}\ncomponents:\n  schemas:\n    A:\n      # may be null\n      type: ['string', 'null'] # t\n      minLength: 1\n    B: { type: [integer, string, 'null'] }\n    C: { type: string }\n    D: &d { type: [object, 'null'], x-d: 1 }\n    E: *d\n    F: { nullable: true }\n",
    ],
    [
      'values that stand in an enum twice',
      'paths: {}\ncomponents:\n  schemas:\n    A: { enum: [a, b, a, b, c, c, c] }\n    B:\n      enum:\n        - a # first\n        - b\n        - a # second\n        # last\n        - c\n',
      'paths: {}\ncomponents:\n  schemas:\n    A: { enum: [a, b, c] }\n    B:\n      enum:\n        - a # first\n        - b\n        # last\n        - c\n',
    ],
    [
      'suppressions that silence nothing',
      'x-gw-ignore:\n  - { rule: spec/status-code, reason: r }\n# gw-ignore-next-line spec/status-code -- r\npaths: {} # gw-ignore-next-line spec/status-code -- r\ncomponents:\n  x-gw-ignore:\n    - rule: spec/status-code\n      reason: r\n    - { rule: spec/keyword-version, reason: r }\n  schemas: { A: { type: string, nullable: true } }\n',
      'paths: {}\ncomponents:\n  x-gw-ignore:\n    - { rule: spec/keyword-version, reason: r }\n  schemas: { A: { type: string, nullable: true } }\n',
    ],
  ])('mends %s', (_what, before, after) => {
    const result = fixed(`${head}${before}`);
    expect(result.text).toBe(`${head}${after}`);
    expect(fixed(result.text)).toEqual({ text: result.text, rounds: 0 });
    expect(fixed(`${head}${before}`.replaceAll('\n', '\r\n')).text).toBe(`${head}${after}`.replaceAll('\n', '\r\n'));
  });

  it('mends JSON, on many lines and on one', () => {
    const document = {
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      security: [],
      paths: {
        '/a/{id}': { get: { operationId: 'a', responses: { '4xx': { description: 'd' } } } },
        '/b/{id}': {
          get: {
            parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
            responses: { '200': { description: 'd' } },
          },
        },
      },
      components: {
        schemas: { A: { nullable: true, type: 'string', enum: ['a', 'b', 'a'] }, B: { type: 'string', nullable: true } },
      },
    };
    for (const indent of [0, 2]) {
      const { text } = fixed(JSON.stringify(document, null, indent), 'a.json');
      const { paths, components } = JSON.parse(text);
      const stub = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
      expect(paths['/a/{id}'].get).toEqual({ operationId: 'a', parameters: [stub], responses: { '4XX': { description: 'd' } } });
      expect(paths['/b/{id}'].get.parameters).toHaveLength(2);
      expect(components.schemas).toEqual({ A: { type: ['string', 'null'], enum: ['a', 'b'] }, B: { type: ['string', 'null'] } });
      expect(text.split('\n').length > 1).toBe(indent > 0);
    }
  });

  it('leaves alone what it would change elsewhere too', () => {
    const responses =
      '    get: { responses: &r { 4xx: { description: d } } }\n    put: { responses: { <<: *r, 200: { description: d } } }\n';
    const parameters =
      '    parameters: [{ name: id, in: path, required: true, schema: {} }, { name: other, in: path, required: true, schema: {} }]\n';
    const text = around(`${parameters}${responses}`);
    expect(fixed(text)).toEqual({ text, rounds: 0 });
  });

  it('never guesses a parameter that is only misspelt', () => {
    const text = `${head}paths:\n  /a/{orderId}:\n    get:\n      parameters: [{ name: orderID, in: path, required: true, schema: {} }]\n      responses: { "200": { description: d } }\n`;
    expect(fixed(text).text).toBe(text);
  });

  it('changes nothing of the gateway plan but what was mended', () => {
    const text = `${head}x-gateway: { owner: t, public: p, timeouts: { total: 3s } }\npaths:\n  /a:\n    post:\n      x-gw-ignore: [{ rule: spec/body-on-get, reason: r }]\n      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/A" } } } }\n      responses: { 4xx: { description: d }, "200": { description: d } }\ncomponents:\n  schemas:\n    A: { type: object, properties: { a: { type: string, nullable: true }, b: { enum: [a, a, b] } } }\n`;
    const planOf = (document: string): unknown => {
      const { plan } = checked(folderOf({ 'a.yaml': document }), 'a.yaml');
      return JSON.parse(
        JSON.stringify({ ...plan, inputs: [] }, (key, value: unknown) =>
          ['origin', 'origins', 'at', 'line', 'column'].includes(key) ? undefined : value,
        ),
      );
    };
    const { text: after } = fixed(text);
    expect(after).not.toBe(text);
    const before = JSON.stringify(planOf(text));
    const mended = JSON.stringify(planOf(after));
    expect(before).toContain('"enum":["a","a","b"]');
    expect(
      mended.replace('"type":["string","null"]', '"type":"string"').replace('"enum":["a","b"]', '"enum":["a","a","b"]'),
    ).toBe(before.replace(',"nullable":true', ''));
  });
});

describe('a unified diff', () => {
  it('shows changes with three lines around them', () => {
    const before = Array.from({ length: 30 }, (_, i) => `${i}\n`).join('');
    const after = before.replace('4\n', 'four\n').replace('6\n', '').replace('20\n', '20\n20.5\n').replace(/29\n$/, '29');
    expect(unifiedDiff('a.yaml', before, after)).toBe(
      `--- a/a.yaml\n+++ b/a.yaml\n@@ -2,9 +2,8 @@\n 1\n 2\n 3\n-4\n+four\n 5\n-6\n 7\n 8\n 9\n@@ -19,6 +18,7 @@\n 18\n 19\n 20\n+20.5\n 21\n 22\n 23\n@@ -27,4 +27,4 @@\n 26\n 27\n 28\n-29\n+29\n\\ No newline at end of file\n`,
    );
    expect(unifiedDiff('a.yaml', before, before)).toBe('');
  });
});
