import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SelfSigned, selfSigned } from '../../support/certificate.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { HOST } from './support/refused.ts';
import { answerBody, dialTls, echo, startUpstream, statuses, type Upstream, until } from './support/wire.ts';

let upstream: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream(echo);
  gateway = await startGateway({
    upstream: upstream.url,
    certificate: selfSigned('a.example'),
    timeouts: { checkMs: 10, headersMs: 1_000, handshakeMs: 300 },
  });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

/** Whose certificate a client sees that asks for a name; undefined when it is not answered. */
function commonName(port: number, servername: string | undefined): Promise<unknown> {
  const socket = connectTls({
    ...{ port, host: '127.0.0.1', rejectUnauthorized: false },
    ...(servername === undefined ? {} : { servername }),
  });
  return new Promise((resolve) => {
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
  });
}

describe('over TLS', () => {
  it('says so to the service, and answers a client that half-closes', async () => {
    const wire = dialTls(gateway.port, `GET /x HTTP/1.1\r\n${HOST}\r\n`);
    await wire.until(/"\/x"/);
    wire.send(`GET /y HTTP/1.1\r\n${HOST}\r\n`);
    wire.end();
    const text = await wire.closed();
    // A client that has half-closed may be asked whether it is still there.
    expect(statuses(text).filter((status) => status !== 100)).toEqual([200, 200]);
    expect(text).toMatch(/"x-forwarded-proto","https"/);
  });

  it('takes large bodies and gives large answers', async () => {
    const body = 'v'.repeat(900_000);
    const post = `POST /x HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const text = await dialTls(gateway.port, post).closed();
    expect(JSON.parse(answerBody(text)).body).toBe(body);
  });

  it('cuts off who does not shake hands, answers 408 to who sends half a head (SL-1)', async () => {
    const silent = connect({ port: gateway.port, host: '127.0.0.1' });
    const dripping = connect({ port: gateway.port, host: '127.0.0.1' });
    const drip = setInterval(() => dripping.write('\x16'), 20);
    const closed = [silent, dripping].map((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      return new Promise((resolve) => socket.once('close', resolve));
    });
    await Promise.all(closed);
    clearInterval(drip);
    expect(statuses(await dialTls(gateway.port, 'GET / HTTP/1.1\r\nHo').closed())).toEqual([408]);
    await until(() => gateway.transport.connections === 0);
  });

  it('shows the certificate of the name that a client asks for: whole name, pattern, default, or none', async () => {
    const other = (...hosts: [string, ...string[]]): SelfSigned & { hosts: string[] } => ({ hosts, ...selfSigned(...hosts) });
    const certificate = { ...selfSigned('main.example'), others: [other('*.b.example'), other('x.b.example', 'c.example')] };
    const lenient = await startGateway({ upstream: upstream.url, certificate });
    const strict = await startGateway({ upstream: upstream.url, certificate: { ...certificate, closeUnknown: true } });
    const names = [
      undefined,
      'main.example',
      'c.example',
      'C.Example',
      'x.b.example',
      'y.b.example',
      'z.y.b.example',
      'b.example',
      'd',
    ];
    const shown = ({ port }: TestGateway) => Promise.all(names.map((servername) => commonName(port, servername)));
    const known = ['main.example', 'main.example', ...Array(3).fill('x.b.example'), '*.b.example'];
    expect(await shown(lenient)).toEqual([...known, ...Array(3).fill('main.example')]);
    expect(await shown(strict)).toEqual([...known, ...Array(3).fill(undefined)]);
    lenient.transport.setCertificate({
      ...selfSigned('new.example'),
      others: [other('c.example')],
      ticketKeys: Buffer.alloc(48),
    });
    expect(await shown(lenient)).toEqual([
      ...['new.example', 'new.example', 'c.example', 'c.example'],
      ...Array(5).fill('new.example'),
    ]);
    expect([...lenient.faults, ...strict.faults]).toEqual([]);
    await lenient.stop();
    await strict.stop();
  });

  it('shows another certificate to connections that come later, and drops none', async () => {
    const kept = dialTls(gateway.port, `GET /1 HTTP/1.1\r\n${HOST}\r\n`);
    await kept.until(/"\/1"/);
    gateway.transport.setCertificate({ ...selfSigned('b.example'), ticketKeys: Buffer.alloc(48, 1) });
    const later = connectTls({ port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(later, 'secureConnect');
    expect(later.getPeerCertificate().subject.CN).toBe('b.example');
    later.destroy();
    kept.send(`GET /2 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    expect(statuses(await kept.closed())).toEqual([200, 200]);
  });
});
