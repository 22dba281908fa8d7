import { describe, expect, it } from 'vitest';
import { directReader, nodeReader } from '../support/read-requests.ts';
import { parseRequests } from '../support/request-grammar.ts';
import { attempts, SEED } from './budget.ts';
import { cut, mutate } from './mutate-request.ts';
import { Random } from './random.ts';
import { NASTY_FIELDS, OWN_SEEDS, SEEDS } from './request-seeds.ts';

const RUNS = 2_000;
const SECOND = 'GET /second?request HTTP/1.1\r\nHost: second.example\r\n\r\n';

const direct = directReader();
const node = nodeReader();

/**
 * What the direct parser accepts, node:http and the grammar accept too, as the same requests; and how the bytes are cut into pieces
 * changes nothing. Returns how many requests were accepted.
 */
async function compare(text: string, random: Random): Promise<number> {
  const whole = await direct.read([text]);
  const context = JSON.stringify(text.length > 4_000 ? `${text.slice(0, 4_000)}…` : text);
  for (const pieces of [text.length < 4_000 ? [...text] : cut(text, random), cut(text, random)]) {
    expect(await direct.read(pieces), context).toEqual(whole);
  }
  // What is handed over is handed over whole, from its first byte.
  if (whole.handedOver !== undefined) expect(text.endsWith(whole.handedOver), context).toBe(true);
  if (whole.requests.length === 0) return 0;
  const { requests, ends } = parseRequests(text);
  expect(requests.slice(0, whole.requests.length), context).toEqual(whole.requests);
  // node:http throws away what arrives together with a request for an upgrade, even when it does not upgrade.
  const pieces = /\r\nupgrade:/i.test(text)
    ? [...ends, text.length].map((end, at) => text.slice(ends[at - 1] ?? 0, end))
    : [text];
  const byNode = await node.read(pieces);
  expect(byNode.requests.slice(0, whole.requests.length), context).toEqual(whole.requests);
  return whole.requests.length;
}

describe('whatever the direct parser accepts, node:http and a strict grammar accept with the same method, target, fields and body', () => {
  it('every seed, alone, before and behind another request', async () => {
    const random = new Random(SEED);
    let accepted = 0;
    for (const seed of SEEDS) for (const text of [seed, seed + SECOND, SECOND + seed]) accepted += await compare(text, random);
    expect(accepted).toBeGreaterThan(SEEDS.length);
  });

  it('every seed with every nasty field, first and last', async () => {
    const random = new Random(SEED);
    for (const seed of SEEDS.slice(0, 60)) {
      for (const field of NASTY_FIELDS) {
        await compare(seed.replace('\r\n', `\r\n${field}\r\n`) + SECOND, random);
        await compare(seed.replace('\r\n\r\n', `\r\n${field}\r\n\r\n`) + SECOND, random);
      }
    }
  });

  it(`mutations, seed ${SEED}`, { timeout: 0 }, async () => {
    const random = new Random(SEED);
    let [tried, accepted] = [0, 0];
    for (const run of attempts(RUNS)) {
      tried = run + 1;
      accepted += await compare(mutate(random, run % 2 === 0 ? OWN_SEEDS : SEEDS) + (run % 4 === 0 ? '' : SECOND), random);
    }
    // Were hardly anything accepted, this would show nothing.
    expect(accepted).toBeGreaterThan(tried / 5);
  });

  it('never gives what follows an ambiguous request to anybody', async () => {
    for (const [first, second] of [
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      ['Content-Length: 4', 'Content-Length: 5'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ]) {
      const text = `POST / HTTP/1.1\r\nHost: a\r\n${first}\r\n${second}\r\n\r\n0\r\n\r\n${SECOND}`;
      for (const pieces of [[text], [...text]]) expect(await direct.read(pieces)).toEqual({ requests: [], statuses: [400] });
    }
  });
});
