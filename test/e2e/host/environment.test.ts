import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildText, platform, withGeneration } from './support/bundle.ts';
import { GatewayRun, type RunOptions } from './support/process.ts';

let text: string;
beforeAll(async () => {
  text = await buildText(platform(['/one']));
});

/** Runs a process that does not serve, to its end. */
async function ended(bundle: string, options: RunOptions): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using run = await GatewayRun.launch(bundle, options);
  const code = await run.exit();
  return { code, stdout: run.stdout, stderr: run.stderr };
}

describe('--check', () => {
  it('says that the environment is complete, and listens nowhere', async () => {
    const { code, stdout, stderr } = await ended(text, { args: ['--check'], env: { PORT: '1' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/complete/);
  });

  it('names everything that is missing or wrong, a line each', async () => {
    const more = withGeneration(text, `parts.gateway.upstreams.push({ name: 'b', targets: [{ url: '\${B_URL}', weight: 1 }] })`);
    const env = { UPSTREAM_URL: '', GW_THREADS: 'x', GW_ADMIN: '0.0.0.0:1', PORT: 'http' };
    const { code, stdout, stderr } = await ended(more, { args: ['--check'], env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.every((line) => line.startsWith('gw: '))).toBe(true);
    for (const name of ['UPSTREAM_URL', 'B_URL', 'GW_THREADS', 'GW_ADMIN', 'PORT']) {
      expect(lines.filter((line) => line.includes(name))).toHaveLength(1);
    }
    expect(lines).toHaveLength(5);
  });
});

describe('--check of credentials', () => {
  it('reads the files that verifiers need, and says what is wrong with each', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gw-check-'));
    const [keys, signing, missing] = ['keys.json', 'signing.pem', 'users.json'].map((name) => join(folder, name));
    writeFileSync(String(keys), '{"keys":[{"id":"a","consumer":"b","status":"active","hash":"plain"}]}');
    writeFileSync(String(signing), 'no key');
    const more = withGeneration(
      text,
      `parts.gateway.security = [
        { type: 'apiKey', name: 'key', keys: ${JSON.stringify(`file:${keys}`)}, peppers: [], awsCompat: false },
        { type: 'basic', name: 'user', users: ${JSON.stringify(`file:${missing}`)} },
      ];
      parts.gateway.identitySigning = { key: ${JSON.stringify(`file:${signing}`)}, issuer: '\${WHO:-gw}', lifetimeS: 60 };`,
    );
    const { code, stderr } = await ended(more, { args: ['--check'] });
    rmSync(folder, { recursive: true });
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 3]);
    expect(stderr).toMatch(/keys\.json, keys\[0\]: `hash` is no hmac-sha256/);
    expect(stderr).toMatch(/users\.json cannot be read: ENOENT/);
    expect(stderr).toMatch(/signing\.pem cannot be read: there is no private key in it/);
  });
});

describe('a start that cannot be', () => {
  it('names the missing variable and serves nothing', async () => {
    const { code, stderr } = await ended(text, { env: { UPSTREAM_URL: '' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gw: .*UPSTREAM_URL.*\n$/);
  });

  it.each(['1', '2'])('says in one line that the port is in use, with %s threads', async (GW_THREADS) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { code, stderr } = await ended(text, { env: { PORT: port, GW_THREADS } });
    expect({ code, stderr }).toEqual({ code: 2, stderr: `gw: 127.0.0.1:${port} is in use. Set PORT to another one.\n` });
    const admin = await ended(text, { env: { GW_ADMIN: `127.0.0.1:${port}`, GW_THREADS } });
    expect(admin).toMatchObject({ code: 2, stderr: `gw: 127.0.0.1:${port} is in use. Set GW_ADMIN to another one.\n` });
    server.close();
  });

  it('does not share the port of another gateway', async () => {
    await using run = await GatewayRun.start(text);
    expect(await ended(text, { env: { PORT: String(run.port) } })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/in use/),
    });
    expect((await run.fetch('/one')).status).toBe(200);
  });

  it('refuses an address that is not of this machine', async () => {
    const { code, stderr } = await ended(text, { env: { HOST: '192.0.2.1' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gw: 192\.0\.2\.1 .*\n$/);
  });

  it.each([
    ['a file that was cut', (all: string) => all.slice(0, all.lastIndexOf('\n//#gw:end'))],
    ['a changed generation', (all: string) => all.replace('/one', '/two')],
    ['a generation that throws', (all: string) => withGeneration(all, 'throw new Error("broken")')],
    [
      'a generation that throws in a thread',
      (all: string) =>
        withGeneration(all, 'if (!process.getBuiltinModule("node:worker_threads").isMainThread) throw new Error("broken")'),
    ],
  ])('says in one line what is wrong with %s', async (_what, spoil) => {
    const { code, stderr } = await ended(spoil(text), {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gw: .+\n$/);
  });

  it('refuses arguments it does not know', async () => {
    const { code, stderr } = await ended(text, { args: ['--chekc'] });
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'gw: --chekc is not known. Use: node gateway.mjs [--check]\n' });
  });
});

describe('a start', () => {
  it('says where it listens, with a free port for all threads', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '4' } });
    expect(run.said[0]).toMatchObject({
      level: 'info',
      msg: 'listening',
      threads: 4,
      name: 'shop',
      hash: expect.stringMatching(/^\w+$/),
    });
    expect(Number(run.said[0]?.sharedBytes)).toBeGreaterThan(0);
    expect(run.port).toBeGreaterThan(0);
    const { json } = await run.ask('/readyz?verbose');
    expect(json.threads).toMatchObject([1, 2, 3, 4].map((thread) => ({ thread, listening: true, replaced: 0 })));
    expect((await run.fetch('/one')).status).toBe(200);
  });

  it('takes addresses and upstreams from the environment, with their defaults', async () => {
    const settings =
      'server: { host: "${WEB_HOST:-127.0.0.1}", port: "${WEB_PORT:-1}" }\nadmin: { listen: "127.0.0.1:${ADMIN_PORT}" }';
    const bundle = await buildText(platform(['/one'], settings));
    await using run = await GatewayRun.start(bundle, {
      env: { PORT: '', HOST: '', GW_ADMIN: '', WEB_PORT: '0', ADMIN_PORT: '0' },
    });
    expect((await run.fetch('/one')).status).toBe(200);
    expect((await run.ask('/livez')).status).toBe(200);
  });

  it('listens on IPv6', async () => {
    await using run = await GatewayRun.start(text, { env: { HOST: '::1', GW_ADMIN: '[::1]:0' } });
    expect(run.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await run.fetch('/one')).status).toBe(200);
    expect((await run.ask('/livez')).status).toBe(200);
  });
});
