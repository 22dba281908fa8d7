import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SelfSigned, selfSigned } from '../../support/certificate.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { answerBody, echo, exchange, fieldOf, startRawUpstream, statuses, until } from './support/wire.ts';

const known = selfSigned('localhost', '127.0.0.1');
const foreign = selfSigned('localhost', '127.0.0.1');
const misnamed = selfSigned('other.example');
const before = getCACertificates('default');
const stops: (() => Promise<void>)[] = [];

beforeAll(() => setDefaultCACertificates([...before, known.cert, misnamed.cert]));
afterAll(async () => {
  for (const stop of stops.splice(0)) await stop();
  setDefaultCACertificates(before);
});

async function service(
  certificate: SelfSigned,
): Promise<{ readonly port: number; readonly sockets: TLSSocket[]; readonly resumed: boolean[] }> {
  const sockets: TLSSocket[] = [];
  const resumed: boolean[] = [];
  const server: Server = createServer(certificate, echo);
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.push(socket);
    resumed.push(socket.isSessionReused());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sockets, resumed };
}

async function gatewayTo(upstream: string): Promise<TestGateway> {
  const gateway = await startGateway({ upstream, limits: { bodyBytes: 10_000_000 } });
  stops.unshift(() => gateway.stop());
  return gateway;
}

const get = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe('an https upstream', () => {
  it('is asked over TLS, by its name, on connections that are used again', async () => {
    const { port, sockets } = await service(known);
    for (const host of ['localhost', '127.0.0.1']) {
      sockets.length = 0;
      const gateway = await gatewayTo(`https://${host}:${port}`);
      for (let count = 0; count < 3; count += 1) expect(JSON.parse(answerBody(await exchange(gateway.port, get))).url).toBe('/x');
      expect(sockets).toHaveLength(1);
      expect(sockets[0]?.servername).toBe(host === 'localhost' ? 'localhost' : false);
      expect(sockets[0]?.alpnProtocol).not.toBe('h2');
    }
  });

  it('resumes its TLS session when it connects again', async () => {
    const { port, sockets, resumed } = await service(known);
    const gateway = await gatewayTo(`https://localhost:${port}`);
    for (let count = 0; count < 2; count += 1) {
      await exchange(gateway.port, get);
      for (const socket of sockets) socket.destroy();
      await until(() => sockets.every(({ closed }) => closed));
    }
    expect(resumed).toEqual([false, true]);
  });

  it('moves large bodies both ways', async () => {
    const { port } = await service(known);
    const gateway = await gatewayTo(`https://localhost:${port}`);
    const body = 'x'.repeat(2_000_000);
    const answer = await fetch(`${gateway.url}/x`, { method: 'POST', body });
    const seen: { body: string } = JSON.parse(await answer.text());
    expect(seen.body === body).toBe(true);
  });

  it.each([
    ['nobody vouches for', foreign],
    ['is for another name', misnamed],
  ])('is 502 tls_certificate_error when its certificate %s, and sees nothing of the request', async (_name, certificate) => {
    const { port } = await service(certificate);
    const gateway = await gatewayTo(`https://localhost:${port}`);
    const answer = await exchange(gateway.port, get);
    expect(statuses(answer)).toEqual([502]);
    expect(fieldOf(answer, 'proxy-status')).toEqual(['gw; error=tls_certificate_error']);
  });

  it('is 502 when it speaks no TLS', async () => {
    const upstream = await startRawUpstream((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    stops.push(() => upstream.stop());
    const gateway = await gatewayTo(upstream.url.replace('http:', 'https:'));
    const answer = await exchange(gateway.port, get);
    expect(statuses(answer)).toEqual([502]);
    expect(fieldOf(answer, 'proxy-status')[0]).toMatch(/tls_protocol_error|connection_terminated/);
  });
});
