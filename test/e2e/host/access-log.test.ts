import { beforeAll, describe, expect, it } from 'vitest';
import { buildText, platform } from './support/bundle.ts';
import { Connection, GatewayRun } from './support/process.ts';

let text: string;
let silent: string;
beforeAll(async () => {
  text = await buildText(platform(['/one']));
  silent = await buildText(platform(['/one'], 'telemetry: { accessLog: none }'));
});

describe('the access log', () => {
  it('has a line for every exchange of every thread when the process ends', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '3' } });
    const clients = Array.from({ length: 6 }, async (_, client) => {
      const connection = await Connection.open(run.port);
      for (let call = 0; call < 50; call += 1) await connection.call(`/one?client${client}=${call}`);
      connection.end();
    });
    await Promise.all(clients);
    run.child.kill('SIGINT');
    expect(await run.exit()).toBe(0);
    const lines = await run.logs(300);
    expect(lines).toHaveLength(300);
    expect(new Set(lines.map(({ request_id }) => request_id)).size).toBe(300);
    expect(new Set(lines.map(({ query_keys }) => query_keys)).size).toBe(6);
    expect(lines.every(({ status, route }) => status === 200 && route === '/one')).toBe(true);
  });

  it('never tells what is in a query, a cookie or a credential, nor lets a client write a line', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    await (
      await run.fetch('/one?key=s3cret', {
        headers: {
          authorization: 'Bearer s3cret',
          cookie: 'id=s3cret',
          'x-api-key': 's3cret',
          'user-agent': '","status":500,"x":"',
        },
      })
    ).arrayBuffer();
    const [line] = await run.logs(1);
    expect(line).toMatchObject({ status: 200, query_keys: 'key', user_agent: '","status":500,"x":"' });
    expect(run.stdout).not.toContain('s3cret');
  });

  it('tells of what never became an exchange', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    const connection = await Connection.open(run.port);
    connection.socket.write('NOT HTTP\r\n\r\n');
    await connection.closed();
    expect(await run.logs(1)).toMatchObject([{ status: 400, route: '_unmatched' }]);
  });

  it('keeps the line of a client that sends as much as it may', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    const connection = await Connection.open(run.port);
    connection.socket.write(
      `GET /one/${'"'.repeat(7_000)}?${'k'.repeat(900)}=v HTTP/1.1\r\nhost: shop.example\r\nuser-agent: ${'\xff'.repeat(7_000)}\r\n\r\n`,
      'latin1',
    );
    expect(await connection.answer()).toMatch(/^HTTP\/1.1 4/);
    const [line] = await run.logs(1);
    expect(line).toMatchObject({ client_ip: '127.0.0.1' });
  });

  it('is silent when the gateway file says so', async () => {
    await using run = await GatewayRun.start(silent);
    expect((await run.fetch('/one')).status).toBe(200);
    run.child.kill('SIGINT');
    expect(await run.exit()).toBe(0);
    expect(run.stdout).toBe('');
  });

  it('drops and counts lines nobody reads, and goes on serving', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    run.child.stdout?.pause();
    const connections = await Promise.all(Array.from({ length: 8 }, () => Connection.open(run.port)));
    const filler = `/one/${'x'.repeat(2_000)}`;
    const call = async (connection: Connection): Promise<void> => {
      for (let turn = 0; turn < 250; turn += 1) expect(await connection.call(filler)).toMatch(/^HTTP\/1.1 404/);
    };
    await Promise.all(connections.map(call));
    await run.eventually('/readyz?verbose', ({ logLinesDropped }) => Number(logLinesDropped) > 0);
    expect((await run.fetch('/one')).status).toBe(200);
    run.child.stdout?.resume();
    run.child.kill('SIGINT');
    expect(await run.exit()).toBe(0);
    for (const line of run.stdout.split('\n').slice(0, -1)) expect(JSON.parse(line)).toMatchObject({ msg: 'request' });
  });

  it('does not keep a process whose reader is gone', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    run.child.stdout?.destroy();
    expect((await run.fetch('/one')).status).toBe(200);
    await run.eventually('/readyz?verbose', ({ logLinesDropped }) => logLinesDropped === 1);
    run.child.kill('SIGINT');
    expect(await run.exit()).toBe(0);
  });
});
