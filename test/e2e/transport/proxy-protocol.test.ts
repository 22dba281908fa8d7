import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../support/certificate.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { dial, echo, startUpstream, statuses, type Upstream, until } from './support/wire.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const last = 'Connection: close\r\n';
const from = (address: string): string => `PROXY TCP4 ${address} 198.51.100.1 50000 80\r\n`;

let upstream: Upstream;
let gateway: TestGateway;
let secure: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream(echo);
  const options = {
    ...{ upstream: upstream.url, trustedProxies: ['127.0.0.1'], proxyProtocol: true },
    timeouts: { checkMs: 10, handshakeMs: 300, headersMs: 1_000 },
  };
  gateway = await startGateway(options);
  secure = await startGateway({ ...options, certificate: selfSigned('a.example') });
});

afterAll(async () => {
  await gateway.stop();
  await secure.stop();
  await upstream.stop();
});

/** Whom the gateway took for the client of a path. */
async function clientOf({ log }: TestGateway, path: string): Promise<string | undefined> {
  const find = () => log.find((one) => one.path === path);
  await until(() => find() !== undefined);
  return find()?.clientAddress;
}

describe('connections of a proxy that says who its client is (RL-26)', () => {
  it('are those of the client, as long as they last', async () => {
    const wire = dial(gateway.port, from('192.0.2.7') + get('/first'));
    await wire.until(/"\/first"/);
    wire.send(`POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`);
    await wire.until(/"\/chunked"/);
    wire.send(get('/third', last));
    expect(statuses(await wire.closed())).toEqual([200, 200, 200]);
    for (const path of ['/first', '/chunked', '/third']) expect(await clientOf(gateway, path)).toBe('192.0.2.7');
    expect(wire.text()).toContain('"x-forwarded-for","192.0.2.7"');
  });

  it('may say so byte by byte, each for itself', async () => {
    const one = dial(gateway.port);
    const two = dial(gateway.port);
    for (const byte of from('192.0.2.8')) {
      one.send(byte);
      await new Promise(setImmediate);
    }
    two.send(from('192.0.2.9') + get('/two', last));
    one.send(get('/one', last));
    expect([statuses(await one.closed()), statuses(await two.closed())]).toEqual([[200], [200]]);
    expect([await clientOf(gateway, '/one'), await clientOf(gateway, '/two')]).toEqual(['192.0.2.8', '192.0.2.9']);
  });

  it('are the proxy’s own when it says so', async () => {
    const local = '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0';
    expect(statuses(await dial(gateway.port, local + get('/local', last)).closed())).toEqual([200]);
    expect(await clientOf(gateway, '/local')).toBe('127.0.0.1');
  });

  it('are closed, unanswered, when nothing or something else is said', async () => {
    const wires = ['', 'PROXY TCP4 ', get('/none', last), 'PROXY TCP4 a b c d\r\n'].map((text) => dial(gateway.port, text));
    expect(await Promise.all(wires.map((wire) => wire.closed()))).toEqual(['', '', '', '']);
    const ended = dial(gateway.port, 'PROXY');
    ended.end();
    expect(await ended.closed()).toBe('');
    expect(gateway.log.find(({ path }) => path === '/none')).toBeUndefined();
  });

  it('are closed when no trusted proxy has opened them', async () => {
    const strict = await startGateway({ upstream: upstream.url, trustedProxies: ['192.0.2.1'], proxyProtocol: true });
    expect(await dial(strict.port, from('192.0.2.7') + get('/x', last)).closed()).toBe('');
    await strict.stop();
  });

  it('speak TLS behind it', async () => {
    for (const [apart, path] of [
      [true, '/apart'],
      [false, '/together'],
    ] as const) {
      const socket = connect({ port: secure.port, host: '127.0.0.1' });
      await once(socket, 'connect');
      if (apart) {
        socket.write(from('192.0.2.10'));
        await new Promise(setImmediate);
      } else {
        socket.cork();
        socket.write(from('192.0.2.10'));
      }
      const tls = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
      if (!apart) socket.uncork();
      let text = '';
      tls.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      tls.on('error', () => undefined);
      await once(tls, 'secureConnect');
      tls.write(get(path, last));
      await once(tls, 'close');
      expect(statuses(text)).toEqual([200]);
      expect(await clientOf(secure, path)).toBe('192.0.2.10');
    }
  });
});
