import { beforeAll, describe, expect, it } from 'vitest';
import { buildText, platform, probes, withGeneration } from './support/bundle.ts';
import { Connection, GatewayRun } from './support/process.ts';

let plain: string;
let text: string;
let next: string;
beforeAll(async () => {
  plain = await buildText(platform(['/one']));
  text = withGeneration(plain, probes);
  next = withGeneration(plain, `${probes}; Object.assign(parts.gateway, { hash: 'next' })`);
});

/** A connection to each of two threads, by the number that Node gave the thread. */
async function oneOfEach(run: GatewayRun): Promise<readonly [Connection, Connection]> {
  const found = new Map<string, Connection>();
  while (found.size < 2) {
    const connection = await Connection.open(run.port);
    const thread = (await connection.call('/one?thread')).split('\r\n\r\n')[1] ?? '';
    if (found.has(thread)) connection.end();
    else found.set(thread, connection);
  }
  const [a, b] = found.values();
  if (a === undefined || b === undefined) throw new Error('there are two');
  return [a, b];
}

describe('a thread that dies', () => {
  it('is replaced while the others serve, and leaves no slot held', async () => {
    await using run = await GatewayRun.start(text);
    const [victim, other] = await oneOfEach(run);
    const held = Promise.withResolvers<void>();
    run.upstream.answer = () => held.resolve();
    const waiting = await oneOfEach(run);
    for (const connection of waiting) connection.send('/one');
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 2);
    run.upstream.answer = undefined;

    victim.send('/one?crash');
    expect(String((await run.hears('thread died')).error)).toContain('crashed on purpose');
    await victim.closed();
    expect(await other.call('/one')).toMatch(/^HTTP\/1.1 200/);
    await run.hears('thread replaced');

    for (const connection of waiting) connection.end();
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);
    const { json } = await run.ask('/readyz?verbose');
    expect(json).toMatchObject({ status: 'pass', threads: [{ listening: true }, { listening: true }] });
    expect(JSON.stringify(json.threads)).toContain('"replaced":1');
    await oneOfEach(run);
    expect(await other.call('/one')).toMatch(/^HTTP\/1.1 200/);
  });

  it('keeps what it has counted and logged', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    const connection = await Connection.open(run.port);
    for (let call = 0; call < 20; call += 1) await connection.call(`/one?thread`);
    await run.eventually('/readyz?verbose', ({ requests }) => requests === 20);
    connection.send('/one?crash');
    await run.hears('thread replaced');
    expect((await run.ask('/readyz?verbose')).json).toMatchObject({ inFlight: 0, connections: 0, requests: 20, '2xx': 20 });
    expect(await run.logs(20)).toHaveLength(20);
  });

  it('is replaced again and again', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    for (let death = 1; death <= 3; death += 1) {
      (await Connection.open(run.port)).send('/one?crash');
      await run.hears('thread replaced');
      expect(await (await Connection.open(run.port)).call('/one')).toMatch(/^HTTP\/1.1 200/);
    }
  });

  it('comes back with the generation of the last reload, whatever the file has become', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    expect((await run.reload(next)).status).toBe(200);
    run.write('a deployment that went wrong');
    (await Connection.open(run.port)).send('/one?crash');
    await run.hears('thread replaced');
    expect(await (await Connection.open(run.port)).call('/one')).toMatch(/^HTTP\/1.1 200/);
    expect((await run.ask('/readyz?verbose')).json).toMatchObject({ hash: 'next' });
    expect((await run.reload(text)).json).toMatchObject({ kind: 'swapped', threads: [{ thread: 1 }] });
  });

  it('does not stop a reload', async () => {
    await using run = await GatewayRun.start(text);
    const dying = withGeneration(
      plain,
      `const workers = process.getBuiltinModule('node:worker_threads');
       if (workers.threadId === 1) setImmediate(() => { throw new Error('crashed on purpose') })`,
    );
    const [answer] = await Promise.all([run.reload(dying), run.hears('thread replaced')]);
    expect(answer.status).toBe(200);
    const [a, b] = [await Connection.open(run.port), await Connection.open(run.port)];
    for (const connection of [a, b]) expect(await connection.call('/one')).toMatch(/^HTTP\/1.1 200/);
  });

  it('is not ready while no thread listens, and says so', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    (await Connection.open(run.port)).send('/one?crash');
    await run.hears('thread died');
    const { status } = await run.ask('/readyz');
    expect([200, 503]).toContain(status);
    await run.eventually('/readyz', (_json, now) => now === 200);
    expect((await run.ask('/livez')).status).toBe(200);
  });
});

describe('a stage that throws', () => {
  it('is a 500 and is told a few times, not at every request', async () => {
    const throwing = withGeneration(
      plain,
      `parts.gateway.routes.forEach((route, index) => {
         parts.gateway.routes[index] = { ...route, action: { options: {}, factory: () => () => { throw new Error('a stage of ours') } } };
       })`,
    );
    await using run = await GatewayRun.start(throwing, { env: { GW_THREADS: '1' } });
    const connection = await Connection.open(run.port);
    for (let call = 0; call < 200; call += 1) expect(await connection.call('/one')).toMatch(/^HTTP\/1.1 500/);
    await run.eventually('/readyz?verbose', ({ faults }) => faults === 200);
    expect(String((await run.hears('fault')).error)).toContain('a stage of ours');
    expect(run.said.filter(({ msg }) => msg === 'fault').length).toBeLessThan(200);
  });
});
