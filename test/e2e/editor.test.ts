import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../cli/compile.ts';
import { packageRoot } from '../../cli/package-root.ts';
import { gatewayShape } from '../../cli/plan/x-gateway.ts';
import { corpusDocuments } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';
import { YamlLanguageServer } from '../support/yaml-language-server.ts';

const schemas = join(packageRoot, 'templates/schemas');
const modeline = (schema: string): string => `# yaml-language-server: $schema=${join(schemas, schema)}\n`;
const head = `${modeline('openapi.schema.json')}openapi: 3.1.0\ninfo: { title: t, version: '1' }\n`;

let server: YamlLanguageServer;
beforeAll(async () => {
  server = await YamlLanguageServer.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Lines of a text up to a mark, and what the server offers there. */
async function offered(name: string, marked: string): Promise<readonly string[]> {
  const [before = '', after = ''] = marked.split('|');
  await server.diagnose(name, before + after);
  const lines = before.split('\n');
  return server.complete(name, lines.length - 1, lines.at(-1)?.length ?? 0);
}

describe('L23: a real language server', () => {
  it.each([
    ['root', 'x-gateway:\n  |'],
    ['path', 'paths:\n  /a:\n    x-gateway:\n      |'],
    ['operation', 'paths:\n  /a:\n    get:\n      x-gateway:\n        |'],
  ] as const)('offers all keys of x-gateway at the %s', async (level, text) => {
    const properties = gatewayShape(level).schema.properties;
    const keys = Object.keys(Object(properties));
    expect(keys.length).toBeGreaterThan(10);
    const words = await offered(`${level}.yaml`, `${head}${text}`);
    expect(words).toEqual(expect.arrayContaining(keys));
  });

  it('offers fields of OpenAPI beside x-gateway, and members of a group', async () => {
    expect(await offered('fields.yaml', `${head}paths:\n  /a:\n    get:\n      |`)).toEqual(
      expect.arrayContaining(['operationId', 'parameters', 'responses', 'x-gateway']),
    );
    expect(await offered('group.yaml', `${head}x-gateway:\n  timeouts:\n    |`)).toEqual(
      expect.arrayContaining(['total', 'connect']),
    );
  });

  it('marks a wrong word, a wrong unit and an unknown key', async () => {
    const text = `${head}x-gateway:\n  validation: { request: enforced }\n  timeouts: { total: 30 }\npaths:\n  /a:\n    get:\n      x-gateway: { upstraem: a }\n`;
    const lines = (await server.diagnose('wrong.yaml', text)).map(({ range }) => range.start.line);
    expect(lines).toEqual(expect.arrayContaining([4, 5, 9]));
  });

  it('finds nothing wrong with the repository that gw init writes', async () => {
    for (const [name, schema] of [
      ['gateway.yaml', 'gateway.schema.json'],
      ['teams/orders/openapi.yaml', 'openapi.schema.json'],
    ] as const) {
      const text = readFileSync(join(packageRoot, 'templates/init', name), 'utf8').replace(/^# yaml-language-server:.*\n/m, '');
      expect(await server.diagnose(`init/${name}`, modeline(schema) + text)).toEqual([]);
    }
  });
});

const schemaOf: Readonly<Record<string, string>> = {
  '3.0': 'openapi-3.0.schema.json',
  '3.1': 'openapi.schema.json',
  '3.2': 'openapi-3.2.schema.json',
};

/** Characters of a document that the language server takes within seconds. */
const LARGEST = 400_000;

/** What the schema says of larger documents. */
function validated(schema: string, value: unknown): readonly string[] {
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile(JSON.parse(readFileSync(join(schemas, schema), 'utf8')));
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

describe.skipIf(corpus === '')('L23: documents that build', () => {
  it.each(corpusDocuments(corpus).map((entry) => [entry.name, entry] as const))(
    '%s has no schema error',
    async (name, { files: [file = ''] }) => {
      const root = file.slice(0, file.lastIndexOf('/'));
      const { diagnostics, workspace } = check({
        root,
        source: { kind: 'documents', files: [file.slice(root.length + 1)], upstream: 'http://upstream.invalid' },
        auth: 'none',
        defaultPreset: 'serve',
      });
      const { text = '', value } = workspace.document(file.slice(root.length + 1)) ?? {};
      const version = String(Object(value).openapi).slice(0, 3);
      const schema = schemaOf[version];
      if (schema === undefined || diagnostics.some(({ severity }) => severity === 'error')) return;
      if (text.length > LARGEST) {
        expect(validated(schema, value)).toEqual([]);
        return;
      }
      const found = await server.diagnose(`corpus/${name}.yaml`, modeline(schema) + text);
      expect(found.map(({ message, range }) => `${range.start.line}: ${message}`)).toEqual([]);
    },
  );
});
