import { beforeAll, describe, expect, it } from 'vitest';
import { buildText, probes, withGeneration } from './support/bundle.ts';
import { GatewayRun } from './support/process.ts';

const document = (limits: object) => ({
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  security: [],
  'x-gateway': { owner: 'team-shop', public: 'a test', limits },
  paths: { '/one': { get: { operationId: 'one', responses: { 200: { description: 'ok' } } } } },
});

let quota: string;
let slots: string;
beforeAll(async () => {
  quota = await buildText(document({ rate: { requests: 300, per: '300d', by: 'global', algorithm: 'fixedWindow' } }));
  slots = withGeneration(
    await buildText(document({ concurrency: { requests: 4, by: 'global', queue: 2, queueTimeout: '100ms' } })),
    probes,
  );
});

describe('limits of several threads', () => {
  it('admit exactly the limit under open load', async () => {
    await using run = await GatewayRun.start(quota);
    const statuses: number[] = [];
    // As many connections as one address may have, and no more.
    const callers = Array.from({ length: 100 }, async () => {
      for (let call = 0; call < 10; call++) statuses.push((await run.fetch('/one')).status);
    });
    await Promise.all(callers);
    expect(statuses.filter((status) => status === 200)).toHaveLength(300);
    expect(statuses.filter((status) => status === 429)).toHaveLength(700);
    expect(run.upstream.requests).toHaveLength(300);
    await run.eventually(
      '/readyz?verbose',
      ({ threads }) => Array.isArray(threads) && threads.every(({ requests }) => requests > 0),
    );
  });

  it('RL-7: a thread that dies under load leaves no slot held', async () => {
    await using run = await GatewayRun.start(slots);
    let loading = true;
    const load = Array.from({ length: 12 }, async () => {
      while (loading)
        await run.fetch('/one').then(
          (answer) => answer.arrayBuffer(),
          () => undefined,
        );
    });
    for (let death = 0; death < 3; death++) {
      // A probe that is refused kills nobody: slots are taken. So it is asked again until somebody died.
      let replaced = false;
      const asking = async (): Promise<void> => {
        while (!replaced)
          await run.fetch('/one?crash').then(
            (answer) => answer.arrayBuffer(),
            () => undefined,
          );
      };
      const probing = asking();
      await run.hears('thread replaced');
      replaced = true;
      await probing;
    }
    loading = false;
    await Promise.all(load);
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);

    run.upstream.answer = () => undefined;
    const leaving = new AbortController();
    // A connection to a thread that died may be tried first; then the call fails and is made again.
    const held = Array.from({ length: 4 }, async () => {
      while (!leaving.signal.aborted) await run.fetch('/one', { signal: leaving.signal }).catch(() => undefined);
    });
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 4);
    expect((await run.fetch('/one')).status).toBe(429);
    leaving.abort();
    await Promise.all(held);
    run.upstream.answer = undefined;
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);
    expect((await run.fetch('/one')).status).toBe(200);
  });
});
