import { describe, expect, it } from 'vitest';
import { type ReadAnswer, readAnswer } from '../support/read-answer.ts';
import { readResponse } from '../support/response-grammar.ts';
import { attempts, SEED } from './budget.ts';
import { mutate } from './mutate.ts';
import { nodeClientAnswer } from './node-client.ts';
import { Random } from './random.ts';
import { PHRASES, SEEDS } from './response-seeds.ts';

const RUNS = 6_000;

/** Fields of one connection only (RFC 9110 §7.6.1), and framing. */
const DROPPED: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings', 'content-length', 'expect'],
]);

/** What of all fields passes on, as the gateway names it. */
function endToEnd(fields: readonly (readonly [name: string, value: string])[]): string[] {
  const listed = fields
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => name !== 'close' && name !== 'keep-alive');
  const dropped = (name: string): boolean => DROPPED.has(name) || listed.includes(name);
  return fields.flatMap(([name, value]) => (dropped(name.toLowerCase()) ? [] : [name.toLowerCase(), value]));
}

function pairs(flat: readonly string[]): [name: string, value: string][] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : []));
}

interface Judged {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
}

const judged = ({ status, fields, body }: ReadAnswer): Judged => ({ status, fields, body });

/** Holds what the gateway accepts against both others. */
async function judge(bytes: Buffer, toHead: boolean, answer: ReadAnswer): Promise<void> {
  const message = bytes.subarray(0, bytes.length - answer.rest);
  const text = JSON.stringify(message.toString('latin1'));
  const grammar = readResponse(message, toHead, true);
  expect(typeof grammar, `the grammar accepts ${text}`).toBe('object');
  if (typeof grammar === 'string') return;
  const { status, fields, body, length } = grammar;
  expect({ status, fields: endToEnd(fields), body: body.toString('latin1') }, text).toEqual(judged(answer));
  expect(length, text).toBe(message.length);
  const client = await nodeClientAnswer(message, toHead);
  expect(client, `node:http accepts ${text}`).toBeDefined();
  if (client === undefined) return;
  expect({ status: client.status, fields: endToEnd(pairs(client.rawHeaders)), body: client.body }, text).toEqual(judged(answer));
}

/** Holds that it does not matter how the bytes are cut into reads. */
function judgeCuts(bytes: Buffer, toHead: boolean, answer: ReadAnswer, cuts: readonly number[]): void {
  const { error: _error, ...whole } = answer;
  const expected = answer.state === 'malformed' ? { state: 'malformed' } : whole;
  for (const cut of cuts) {
    const inTwo = readAnswer([bytes.subarray(0, cut), bytes.subarray(cut)], toHead, true);
    expect(inTwo, `${JSON.stringify(bytes.toString('latin1'))} cut at ${cut}`).toMatchObject(expected);
  }
  const single = readAnswer(
    Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1)),
    toHead,
    true,
  );
  expect(single, `${JSON.stringify(bytes.toString('latin1'))} byte by byte`).toMatchObject(expected);
}

describe('the reader of answers, the grammar of RFC 9112 and node:http', () => {
  it('agree about every seed, cut at every byte', async () => {
    for (const text of SEEDS) {
      const bytes = Buffer.from(text, 'latin1');
      for (const toHead of [false, true]) {
        const answer = readAnswer([bytes], toHead, true);
        if (answer.state === 'complete') await judge(bytes, toHead, answer);
        judgeCuts(
          bytes,
          toHead,
          answer,
          Array.from(bytes, (_byte, index) => index),
        );
      }
    }
  });

  it(`agree about changed messages, seed ${SEED}`, { timeout: 0 }, async () => {
    const random = new Random(SEED);
    const counts = { complete: 0, malformed: 0, incomplete: 0 };
    for (const run of attempts(RUNS)) {
      const bytes = Buffer.from(mutate(random.pick(SEEDS), random, SEEDS, PHRASES), 'latin1');
      const toHead = random.below(8) === 0;
      const answer = readAnswer([bytes], toHead, true);
      counts[answer.state] += 1;
      if (answer.state === 'complete') await judge(bytes, toHead, answer);
      const everyByte = run % 50 === 0;
      judgeCuts(bytes, toHead, answer, everyByte ? Array.from(bytes, (_byte, index) => index) : [random.below(bytes.length + 1)]);
    }
    // Fuzzing that accepts nothing, or everything, shows nothing.
    const tried = counts.complete + counts.malformed + counts.incomplete;
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(tried / 50);
  });
});
