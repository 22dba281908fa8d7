import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.ts';
import { gwSource, type TestFolder, testFolder } from '../support/gw.ts';

/** A document that tries every way out of its repository. */
const document = (outer: string, port: number): string => `openapi: 3.1.0
info: { title: t, version: '1.0.0', description: { $ref: '../secret.yaml' } }
$self: http://127.0.0.1:${port}/self.yaml
jsonSchemaDialect: http://127.0.0.1:${port}/dialect
servers: [{ url: 'http://127.0.0.1:${port}/v1' }]
externalDocs: { url: 'http://127.0.0.1:${port}/docs' }
security: [{ oidc: [] }]
x-gateway: { owner: team, upstream: { url: 'http://127.0.0.1:${port}' } }
x-other: { $ref: '../secret.yaml' }
paths:
  /climb: { $ref: '../secret.yaml#/path' }
  /absolute: { $ref: '${outer}/secret.yaml#/path' }
  /file: { $ref: 'file://${outer}/secret.yaml#/path' }
  /link: { $ref: 'link.yaml#/path' }
  /folder: { $ref: 'up/secret.yaml#/path' }
  /escaped: { $ref: '%2e%2e/secret.yaml#/path' }
  /device: { $ref: '/dev/zero' }
  /remote: { $ref: 'http://127.0.0.1:${port}/path.yaml' }
  /host: { $ref: '//127.0.0.1:${port}/path.yaml' }
  /a:
    get:
      operationId: getA
      responses:
        '200':
          description: fine
          content:
            application/json:
              schema: { $schema: 'http://127.0.0.1:${port}/schema', $id: 'http://127.0.0.1:${port}/id', $ref: 'https://127.0.0.1:${port}/s.json' }
              examples:
                out: { externalValue: '../secret.yaml' }
                far: { externalValue: 'http://127.0.0.1:${port}/example.json' }
                data: { value: { $ref: '../secret.yaml' } }
components:
  securitySchemes:
    oidc: { type: openIdConnect, openIdConnectUrl: 'http://127.0.0.1:${port}/.well-known/openid-configuration' }
`;

const gatewayFile = (port: number): string => `specs: [openapi.yaml, '../*.yaml']
extends: ../secret.yaml
lint: { suppress: [{ rule: spec/ref-remote, where: ../secret.yaml, reason: r }] }
security: { oidc: { type: jwt, issuer: 'http://127.0.0.1:${port}', audience: a } }
`;

describe('L21: a document that tries to leave its repository', () => {
  let outer: TestFolder;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    outer = testFolder({ 'secret.yaml': 'path: { get: { operationId: hunter2, responses: {} } }\n', 'repository/.keep': '' });
    outer.write({ 'repository/openapi.yaml': document(outer.path, port), 'repository/gateway.yaml': gatewayFile(port) });
    symlinkSync('../secret.yaml', join(outer.path, 'repository/link.yaml'));
    symlinkSync('..', join(outer.path, 'repository/up'));
  });
  afterAll(() => {
    outer[Symbol.dispose]();
    server.close();
  });

  it.concurrent.each([
    [
      ['lint', 'openapi.yaml', '--format', 'compact'],
      ['spec/ref-outside', 'spec/ref-remote'],
    ],
    [
      ['build', 'openapi.yaml', '--auth', 'none', '-o', 'dist'],
      ['spec/ref-outside', 'spec/ref-remote'],
    ],
    [['examples', 'openapi.yaml'], []],
    [['lint', '--format', 'compact'], ['gateway.yaml:2:']],
  ])('gw %j reads nothing there and calls nobody', async (args, said) => {
    const { output, notes } = await witnessed(join(outer.path, 'repository'), args);
    for (const text of said) expect(output).toContain(text);
    expect(output).not.toContain('hunter2');
    expect(notes.filter((note) => !isAllowed(note, join(outer.path, 'repository')))).toEqual([]);
    expect(notes).toContain(`file ${join(outer.path, 'repository', 'openapi.yaml')}`);
    expect(connections).toBe(0);
  });
});

/** Files of the repository, of gw, and of the packages that it is made of. */
function isAllowed(note: string, repository: string): boolean {
  const [what, ...rest] = note.split(' ');
  const name = rest.join(' ').replace(/^file:\/\//, '');
  const homes = [repository, packageRoot, realpathSync(join(packageRoot, 'node_modules'))];
  return what === 'file' && homes.some((home) => `${resolve(repository, name)}${sep}`.startsWith(home + sep));
}

/** Runs `gw` with a witness inside. */
async function witnessed(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly output: string; readonly notes: readonly string[] }> {
  const witness = join(packageRoot, 'test/support/witness.mjs');
  const child = spawn(process.execPath, ['--import', witness, gwSource, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let notes = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.stderr?.on('data', (text) => {
    output += text;
  });
  child.stdio[3]?.on('data', (text) => {
    notes += text;
  });
  await once(child, 'close');
  return { output, notes: notes.split('\n').filter((line) => line !== '') };
}
