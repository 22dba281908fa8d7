import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SelfSigned, selfSigned } from '../../support/certificate.ts';
import { asAdmin } from '../../support/gateway.ts';
import { buildText, platform } from './support/bundle.ts';
import { GatewayRun } from './support/process.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-tls-')));
const files = {
  ...{ CERT: join(folder, 'cert.pem'), KEY: join(folder, 'key.pem') },
  ...{ OTHER_CERT: join(folder, 'third.pem'), OTHER_KEY: join(folder, 'third-key.pem') },
};
const [first, second, third] = [selfSigned('one.example'), selfSigned('two.example'), selfSigned('three.example')];
let text: string;

beforeAll(async () => {
  put(files.OTHER_CERT, third.cert);
  put(files.OTHER_KEY, third.key);
  text = await buildText(
    platform(
      ['/one'],
      'server: { tls: { cert: "${CERT}", key: "${KEY}", others: [{ hosts: [three.example], cert: "${OTHER_CERT}", key: "${OTHER_KEY}" }] } }',
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Replaces a file at once. */
function put(file: string, content: string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

function putBoth({ cert, key }: SelfSigned): void {
  put(files.CERT, cert);
  put(files.KEY, key);
}

/** A connection that has shaken hands. */
async function shaken(run: GatewayRun, servername?: string): Promise<TLSSocket> {
  const asked = servername === undefined ? {} : { servername };
  const socket = connect({ ...asked, port: run.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

/** Asks on a connection; gives the head of the answer. */
async function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET /one HTTP/1.1\r\nHost: a\r\n\r\n');
  return await new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1').split('\r\n\r\n')[0] ?? ''));
  });
}

/** Whose certificate a new connection sees. */
async function shown(run: GatewayRun, servername?: string): Promise<unknown> {
  const socket = await shaken(run, servername);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** Main says it before the threads have heard it. */
async function shows(run: GatewayRun, name: string): Promise<void> {
  while ((await shown(run)) !== name);
}

describe('TLS (TL-1)', () => {
  it('replaces the certificate when its files change, keeps it when they are broken, and drops no connection', async () => {
    putBoth(first);
    await using run = await GatewayRun.start(text, { env: files });
    expect(run.url).toMatch(/^https:/);
    const kept = await shaken(run);
    expect(kept.getProtocol()).toBe('TLSv1.3');
    expect(await ask(kept)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await shown(run)).toBe('one.example');
    const metrics = await fetch(`${run.admin}/metrics`, { headers: asAdmin });
    const expires = Date.parse(kept.getPeerCertificate().valid_to) / 1_000;
    const said = await metrics.text();
    expect(said).toContain(`\ngw_tls_cert_expiry_seconds ${expires}\n`);
    expect(said).toMatch(/\ngw_tls_cert_expiry_seconds\{hosts="three.example"\} \d+\n/);
    expect([await shown(run, 'three.example'), await shown(run, 'four.example')]).toEqual(['three.example', 'one.example']);

    putBoth(second);
    await run.hears('certificate replaced');
    await shows(run, 'two.example');

    put(files.CERT, first.cert);
    run.child.kill('SIGHUP');
    expect(String((await run.hears('certificate kept')).error)).toMatch(/no certificate and its key/);
    expect(await shown(run)).toBe('two.example');

    put(files.KEY, first.key);
    run.child.kill('SIGHUP');
    await run.hears('certificate replaced');
    await shows(run, 'one.example');
    expect(await ask(kept)).toMatch(/^HTTP\/1\.1 200 /);
    kept.destroy();
  });

  it('refuses TLS 1.1, and what is no TLS', async () => {
    putBoth(first);
    await using run = await GatewayRun.start(text, { env: files });
    await expect(
      new Promise((resolve, reject) => {
        connect({ port: run.port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
          .once('secureConnect', resolve)
          .once('error', reject);
      }),
    ).rejects.toThrow();
    await expect(fetch(run.url.replace('https', 'http'))).rejects.toThrow();
    expect(await ask(await shaken(run))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['a certificate that is missing', { CERT: join(folder, 'none.pem') }, /^gw: server\.tls\.cert: ENOENT[^\n]*none\.pem'\n$/],
    ['a key that is a folder', { KEY: folder }, /^gw: server\.tls\.key: EISDIR[^\n]*\n$/],
    [
      'a key of another name that is missing',
      { OTHER_KEY: join(folder, 'none.pem') },
      /^gw: server\.tls\.others\[0\]\.key: ENOENT[^\n]*\n$/,
    ],
    [
      'a key of another certificate',
      { KEY: join(folder, 'other.pem') },
      /^gw: server\.tls: [^\n]* are no certificate and its key: [^\n]*\n$/,
    ],
  ])('does not start with %s: one line, exit 2, also with --check', async (_name, changed, line) => {
    putBoth(first);
    put(join(folder, 'other.pem'), second.key);
    for (const args of [[], ['--check']]) {
      await using run = await GatewayRun.launch(text, { env: { ...files, ...changed }, args });
      expect([await run.exit(), run.stdout]).toEqual([2, '']);
      expect(run.stderr.replace(/^\{.*\n/gm, '')).toMatch(line);
    }
  });
});
