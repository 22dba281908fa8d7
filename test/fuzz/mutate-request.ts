import type { Random } from './random.ts';
import { NASTY_FIELDS } from './request-seeds.ts';

/** Characters that mean something somewhere in a head, and some that must not be there. */
const CHARACTERS = [...'\0\t\n\v\f\r !"#%&*+,-./0159:;<=?@AGTZ[\\]^_az{|}~\x7f\x80\xa0\xff'];
const VERSIONS = ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/11', 'HTTP/1.1 ', 'http/1.1', 'HTTP/0.9', 'HTTP/1.1\t', 'HTTP/01.1'];
const METHODS = ['GET', 'POST', 'PUT', 'get', 'GE', 'GETT', 'BREW', 'CONNECT', 'PRI', 'SOURCE', 'G=T', 'OPTIONS', 'TRACE'];
const TARGETS = ['*', '//', '/?', '/#', '/\\', 'http://a', 'a', '/\x80', '/%', '?', '/"<>^`{|}', '/a b', 'https://a/?b', '/\x7f'];

/** What a head may well hold. */
const HARMLESS = [
  'X-A: 1',
  'x-a:2',
  "!#$%&'*+-.^_`|~: x",
  'Accept:\t*/* \t',
  'Referer: /\xff',
  'Cookie: a=b; c',
  'X-Quoted: "a\tb", c',
  'TE: trailers',
  'Connection: x, y',
];
const BODIES = ['', 'a', '\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\xff'.repeat(50), 'v'.repeat(20_000)];

type Mutation = (text: string, random: Random, seeds: readonly string[]) => string;

const at = (text: string, random: Random): number => random.below(text.length + 1);
const headEnd = (text: string): number => Math.max(0, text.indexOf('\r\n\r\n'));

const MUTATIONS: readonly Mutation[] = [
  (text, random) => insertLine(text, random, random.pick(HARMLESS)),
  (text, random) => insertLine(text, random, random.pick(HARMLESS)),
  (text, random) =>
    text.replace(/\/[^ ]*/, (target) => `${target}${random.pick(['', '?', '&a=%zz', '//', '/..', '?q?', '[]{}'])}`),
  (text, random) => withBody(random.pick(METHODS), random.pick(BODIES)) + text,
  (text, random) => text + withBody(random.pick(METHODS), random.pick(BODIES)),
  (text, random) => splice(text, at(text, random), 0, random.pick(CHARACTERS)),
  (text, random) => splice(text, at(text, random), 1, random.pick(CHARACTERS)),
  (text, random) => splice(text, at(text, random), 1, ''),
  (text, random) => splice(text, random.below(headEnd(text) + 1), 1, random.pick(CHARACTERS)),
  (text, random) => insertLine(text, random, random.pick(NASTY_FIELDS)),
  (text, random) => insertLine(text, random, random.pick(NASTY_FIELDS)),
  (text, random) => insertLine(text, random, random.pick(text.split('\r\n'))),
  (text, random) => text.replace(/HTTP\/\d\.\d/, random.pick(VERSIONS)),
  (text, random) => text.replace(/^[^ ]+/, random.pick(METHODS)),
  (text, random) => text.replace(/ [^ ]+ /, ` ${random.pick(TARGETS)} `),
  (text, random) => text.replace('\r\n', random.pick(['\n', '\r', '\r\r\n', '\r\n\r\n', '\n\r\n', ' \r\n', '\r\n '])),
  (text, random) => text.replace(/: ?/, random.pick([':', ' :', ':\t', ' : ', '', '::', ':\r\n '])),
  (text, random) => text.slice(0, at(text, random)),
  (text, random, seeds) => text.slice(0, at(text, random)) + random.pick(seeds).slice(at(text, random)),
  (text, random) =>
    text.replace(/(?<=\r\n)[A-Za-z-]+(?=:)/, (name) => (random.below(2) === 0 ? name.toUpperCase() : name.toLowerCase())),
  (text, random) => insertLine(text, random, `X-Long: ${'v'.repeat(8_180 + random.below(20))}`),
  (text, random) =>
    insertLine(text, random, Array.from({ length: 90 + random.below(14) }, (_, index) => `X-${index}: v`).join('\r\n')),
];

function withBody(method: string, body: string): string {
  return `${method} /body HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** A seed with one to four changes. */
export function mutate(random: Random, seeds: readonly string[]): string {
  let text = random.pick(seeds);
  for (let left = random.below(4); left >= 0; left -= 1) text = random.pick(MUTATIONS)(text, random, seeds);
  return text;
}

/** Cuts text into one to five pieces. */
export function cut(text: string, random: Random): string[] {
  const ends = Array.from({ length: random.below(4) }, () => random.below(text.length + 1)).sort((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '');
}

function splice(text: string, start: number, count: number, insertion: string): string {
  return text.slice(0, start) + insertion + text.slice(start + count);
}

function insertLine(text: string, random: Random, line: string): string {
  const lines = text.split('\r\n');
  lines.splice(1 + random.below(Math.max(1, lines.indexOf(''))), 0, line);
  return lines.join('\r\n');
}
