import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fetchJson } from '../../../../runtime/host/auth/fetch-json.ts';
import { Usage } from '../../../../runtime/host/usage/usage.ts';
import { UsageNotices, type WebhookSettings } from '../../../../runtime/host/usage/usage-notices.ts';

interface Received {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A webhook that answers with these statuses in turn, then 204; `cut` closes the connection without an answer. */
async function webhook(...answers: readonly (number | 'cut')[]) {
  const received: Received[] = [];
  let heard = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      received.push({ headers: request.headers, json: JSON.parse(Buffer.concat(pieces).toString()) });
      const answer = answers[received.length - 1] ?? 204;
      if (answer === 'cut') request.socket.destroy();
      else response.writeHead(answer).end();
      heard.resolve();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook?key=1`,
    received,
    async until(count: number) {
      while (received.length < count) {
        await heard.promise;
        heard = Promise.withResolvers();
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Counts with notices to a webhook; pauses pass at once and are told. */
function notices(url: string, threshold = 3, facts: object = {}) {
  const now = { at: '2026-11-23T12:00:00Z' };
  const said: object[] = [];
  const pauses: number[] = [];
  const settled = { idle: Promise.withResolvers<void>() };
  const settings: { webhook: WebhookSettings | undefined } = { webhook: { url, threshold } };
  const clock = () => Date.parse(now.at);
  const usage = new Usage(clock, () => ({ method: 'GET', template: '/v1/a', version: '1', deprecated: true, ...facts }));
  const told = new UsageNotices({
    ...{ gateway: 'shop', post: fetchJson, clock },
    webhook: () => settings.webhook,
    later: (run, ms) => {
      pauses.push(ms);
      queueMicrotask(run);
      return () => undefined;
    },
    say: (_level, msg, fields) => {
      said.push({ msg, ...fields });
      settled.idle.resolve();
    },
  });
  const call = (consumer: string, requests: number, route = 'a'): void => {
    for (const row of usage.add([[route, consumer, [0, requests]]])) told.look(row);
  };
  return { now, said, pauses, settings, failed: settled.idle.promise, call, told };
}

describe('quotas that are reached (RL-8)', () => {
  it('are told once in their period, all under ids of their own', async () => {
    await using hook = await webhook();
    const { told } = notices(hook.url);
    const month = { startMs: Date.parse('2026-11-01T00:00:00Z'), endMs: Date.parse('2026-12-01T00:00:00Z') };
    const one = { id: 'a', policy: 'quota-month', percent: 80, limit: 10, consumer: 'acme', route: 'list', ...month } as const;
    told.quotaReached(one);
    told.quotaReached(one);
    told.quotaReached({ ...one, id: 'b', percent: 100 });
    told.quotaReached({ ...one, id: 'c', consumer: undefined });
    await hook.until(3);
    expect(hook.received.map(({ json }) => [json.type, json.percent, json.consumer])).toEqual([
      ['quota-reached', 80, 'acme'],
      ['quota-reached', 100, 'acme'],
      ['quota-reached', 80, undefined],
    ]);
    const [first] = hook.received;
    expect(first?.json).toMatchObject({
      ...{ gateway: 'shop', policy: 'quota-month', limit: 10, route: 'list' },
      ...{ from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
    });
    expect(first?.headers['idempotency-key']).toBe(first?.json.id);
    expect(new Set(hook.received.map(({ json }) => json.id)).size).toBe(3);
  });

  it('are told to nobody where nobody wants to know', async () => {
    await using hook = await webhook();
    const { told, settings } = notices(hook.url);
    const wanted = settings.webhook;
    settings.webhook = undefined;
    const one = { policy: 'q', percent: 100, limit: 1, consumer: 'acme', route: 'list', startMs: 0, endMs: 1 } as const;
    told.quotaReached({ id: 'a', ...one });
    settings.webhook = wanted;
    told.quotaReached({ id: 'b', ...one });
    await hook.until(1);
    expect(hook.received).toHaveLength(1);
  });
});

describe('UsageNotices (LC-5)', () => {
  it('tells once a day of a consumer that uses a deprecated operation so often', async () => {
    await using hook = await webhook();
    const dates = { deprecatedAt: '2026-01-01', sunset: '2027-03-15', successor: '/v2/a', docs: 'https://docs.example.com/' };
    const { now, call } = notices(hook.url, 3, dates);
    call('acme', 2);
    call('acme', 1);
    call('acme', 10);
    call('quiet', 2);
    call('-', 100);
    call('(other)', 100);
    call('acme', 3, 'b');
    await hook.until(2);
    expect(hook.received.map(({ json }) => [json.consumer, json.route, json.requests])).toEqual([
      ['acme', 'a', 3],
      ['acme', 'b', 3],
    ]);
    expect(hook.received[0]).toEqual({
      headers: expect.objectContaining({ 'content-type': 'application/json', 'idempotency-key': hook.received[0]?.json.id }),
      json: {
        id: expect.stringMatching(/^[\w-]{43}$/),
        type: 'deprecated-usage',
        gateway: 'shop',
        day: '2026-11-23',
        consumer: 'acme',
        route: 'a',
        method: 'GET',
        template: '/v1/a',
        version: '1',
        deprecated: '2026-01-01',
        sunset: '2027-03-15',
        successor: '/v2/a',
        docs: 'https://docs.example.com/',
        requests: 3,
        threshold: 3,
      },
    });
    now.at = '2026-11-24T00:00:00Z';
    call('acme', 3);
    await hook.until(3);
    expect(hook.received[2]?.json).toMatchObject({ day: '2026-11-24', consumer: 'acme' });
    expect(new Set(hook.received.map(({ json }) => json.id)).size).toBe(3);
  });

  it('has the same id from every instance', async () => {
    await using hook = await webhook();
    notices(hook.url).call('acme', 3);
    notices(hook.url).call('acme', 5);
    await hook.until(2);
    expect(hook.received[0]?.json.id).toBe(hook.received[1]?.json.id);
  });

  it('says nothing of what is not deprecated yet', async () => {
    await using hook = await webhook();
    const { now, call } = notices(hook.url, 1, { deprecatedAt: '2026-12-01' });
    call('acme', 5);
    now.at = '2026-12-01T00:00:00Z';
    call('acme', 1);
    await hook.until(1);
    expect(hook.received.map(({ json }) => json.day)).toEqual(['2026-12-01']);
    notices(hook.url, 1, { deprecated: false }).call('acme', 5);
    expect(hook.received.length).toBe(1);
  });

  it('tries again after a while, four times in all, then says what was lost', async () => {
    await using hook = await webhook(500, 'cut', 429, 204, 503, 503, 503, 503);
    const { call, pauses, said, failed } = notices(hook.url);
    call('acme', 3);
    await hook.until(4);
    expect(pauses).toEqual([1_000, 5_000, 25_000]);
    call('other', 3);
    await failed;
    expect(hook.received.length).toBe(8);
    expect(said).toMatchObject([{ msg: 'usage notice not delivered', consumer: 'other', error: 'The webhook answers 503.' }]);
    call('third', 3);
    await hook.until(9);
  });

  it.each([302, 400, 404])('does not insist on %i', async (status) => {
    await using hook = await webhook(status);
    const { call, pauses, failed } = notices(hook.url);
    call('acme', 3);
    await failed;
    expect([hook.received.length, pauses]).toEqual([1, []]);
  });

  it('ends when a reload takes the webhook away', async () => {
    await using hook = await webhook(500);
    const { call, settings } = notices(hook.url);
    call('acme', 3);
    settings.webhook = undefined;
    call('other', 3);
    settings.webhook = { url: hook.url, threshold: 3 };
    call('third', 3);
    await hook.until(2);
    expect(hook.received.map(({ json }) => json.consumer)).not.toContain('other');
  });
});
