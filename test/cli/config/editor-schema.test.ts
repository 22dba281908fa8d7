import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gatewayFileSchema } from '../../../cli/config/editor-schema.ts';
import { openApiSchema } from '../../../cli/config/openapi-schema.ts';

const repository = join(import.meta.dirname, '../../..');
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
const ofGatewayFile = ajv.compile(JSON.parse(JSON.stringify(gatewayFileSchema())));
const ofVersion = new Map(
  (['3.0', '3.1', '3.2'] as const).map((version) => {
    const schema = JSON.parse(
      JSON.stringify(openApiSchema(version), (key, value: unknown) => (key === 'markdownDescription' ? undefined : value)),
    );
    return [version, ajv.compile(schema)] as const;
  }),
);
/** The schema of the line that a document follows. */
const schemaFor = (document: unknown) => {
  const written = Object(document).openapi;
  return [...ofVersion].find(([version]) => String(written).startsWith(version))?.[1] ?? ofVersion.get('3.1') ?? ofGatewayFile;
};

const read = (file: string): unknown => parse(readFileSync(join(repository, file), 'utf8'));

/** Gateway files and documents that gw finds nothing wrong with. */
const files = readdirSync(join(repository, 'test/fixtures/rules/gateway'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\/pass.*\.yaml$/.test(file))
  .map((file) => `test/fixtures/rules/gateway/${file}`);

describe('the schemas for editors', () => {
  it.each([
    'specs/rideshare/platform.yaml',
    'specs/rideshare/public/gateway.yaml',
    ...files.filter((file) => /(gateway|platform)\.yaml$/.test(file)),
  ])('accept %s', (file) => {
    ofGatewayFile(read(file));
    expect(ofGatewayFile.errors).toBeNull();
  });

  it.each(
    [...files.filter((file) => !/(gateway|platform)\.yaml$/.test(file)), 'specs/rideshare/documents/trip/openapi.yaml'].filter(
      (file) => !file.endsWith('schema/pass.yaml'),
    ),
  )('accept %s', (file) => {
    const document = read(file);
    const schema = schemaFor(document);
    schema(document);
    expect(schema.errors).toBeNull();
  });

  it.each([
    { 'x-gateway': { upstraem: 'a' } },
    { 'x-gateway': { timeouts: { total: 30 } } },
    { 'x-gateway': { limits: { body: '1MB' } } },
    { 'x-gateway': { match: {} } },
    { paths: { '/a': { get: { 'x-gateway': { validation: { request: 'off' } } } } } },
    { paths: { '/a': { 'x-gateway': { cache: {} } } } },
    { paths: { '/a': { parameters: [{ 'x-gateway': { multiSegment: false } }] } } },
    { components: { securitySchemes: { key: { 'x-gateway': {} } } } },
  ])('refuse %j', (more) => {
    const document = { openapi: '3.1.0', info: { title: 't', version: '1' }, ...more };
    expect(schemaFor(document)(document)).toBe(false);
  });

  it.each([
    { nmae: 'a' },
    { server: { port: 'x' } },
    { defaults: { redirect: { to: '/a' } } },
    { upstreams: { a: {} } },
    { specs: [] },
  ])('refuse the gateway file %j', (file) => expect(ofGatewayFile(file)).toBe(false));
});
