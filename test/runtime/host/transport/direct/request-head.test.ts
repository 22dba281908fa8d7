import { describe, expect, it } from 'vitest';
import { HeaderSlots } from '../../../../../runtime/header-slots.ts';
import { FieldNames } from '../../../../../runtime/host/transport/direct/field-names.ts';
import { eachField, RequestHead, readRequestHead } from '../../../../../runtime/host/transport/direct/request-head.ts';
import { LIMITS } from '../../../../support/direct-shared.ts';

const slots = new HeaderSlots();
const AUTHORIZATION = slots.slot('authorization');
const COOKIE = slots.slot('cookie');
const rules = { limits: LIMITS, names: new FieldNames(slots) };
const H = 'Host: a.example\r\n';

function read(text: string): { verdict: string | number; head: RequestHead } {
  const head = new RequestHead();
  const verdict = readRequestHead(text, 0, 0, rules, head);
  return { verdict: typeof verdict === 'string' ? verdict : verdict.status, head };
}

/** One row for each outcome of the table in request-head.ts; the differential tests hold the rest. */
const TABLE: readonly (readonly [text: string, verdict: string | number])[] = [
  [`GET /a?b=%zz HTTP/1.1\r\n${H}\r\n`, 'accept'],
  [`\r\n\r\nGET / HTTP/1.1\r\n${H}\r\n`, 'accept'],
  [`POST / HTTP/1.1\r\n${H}Content-Length: 000000000000001\r\n\r\n`, 'accept'],
  [`GET / HTTP/1.1\r\n${H}Upgrade: h2c\r\n\r\n`, 'accept'],
  [`POST / HTTP/1.1\r\n${H}Transfer-Encoding: CHUNKED\r\n\r\n`, 'handOver'],
  [`GET / HTTP/1.1\r\n${H}Upgrade: WebSocket\r\n\r\n`, 'handOver'],
  [`POST / HTTP/1.1\r\n${H}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n`, 'handOver'],
  [`GET http://b/ HTTP/1.1\r\n${H}\r\n`, 'handOver'],
  [`OPTIONS * HTTP/1.1\r\n${H}\r\n`, 'handOver'],
  ['GET / HTTP/1.0\r\n\r\n', 'handOver'],
  ['GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  [`POST / HTTP/1.1\r\n${H}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  [`GET http://b/ HTTP/1.1\r\n${H}${H}\r\n`, 400],
  ['GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  [`GET /#a HTTP/1.1\r\n${H}\r\n`, 400],
  [`GET / HTTP/1.1\r\n${H}X : a\r\n\r\n`, 400],
  ['\n', 400],
  ['GET / HTTP/1.1\r\nX: \x01', 400],
  [`CONNECT a:1 HTTP/1.1\r\n${H}\r\n`, 405],
  [`GET /${'x'.repeat(8_192)} HTTP/1.1\r\n${H}\r\n`, 414],
  [`GET /${'x'.repeat(20_000)}`, 414],
  [`GET / HTTP/1.1\r\n${H}Expect: x\r\n\r\n`, 417],
  [`GET / HTTP/1.1\r\n${H}X: ${'x'.repeat(8_193)}\r\n\r\n`, 431],
  [`GET / HTTP/1.1\r\n${H}${'X: y\r\n'.repeat(100)}\r\n`, 431],
  [`GET / HTTP/1.1\r\n${H}Cookie: ${'a;'.repeat(100)}\r\n\r\n`, 431],
  [`GET / HTTP/1.1\r\n${H}${`X: ${'x'.repeat(8_000)}\r\n`.repeat(3)}`, 431],
  [`BREW / HTTP/1.1\r\n${H}\r\n`, 501],
  ['GET /\r\n\r\n', 505],
  [`GET / HTTP/1.2\r\n${H}\r\n`, 505],
  ['', 'incomplete'],
  ['GET / HTTP/1.1\r\nHost: a\r', 'incomplete'],
  [`GET / HTTP/1.1\r\n${H}\r`, 'incomplete'],
];

describe('the table', () => {
  for (const [text, verdict] of TABLE) {
    it(`${verdict}: ${JSON.stringify(text.slice(0, 70))}`, () => expect(read(text).verdict).toBe(verdict));
  }

  it('every refusal closes the connection', () => {
    for (const [text] of TABLE) {
      const verdict = readRequestHead(text, 0, 0, rules, new RequestHead());
      if (typeof verdict !== 'string') expect([text, verdict.close]).toEqual([text, true]);
    }
  });
});

describe('an accepted head', () => {
  it('says what the pipeline needs', () => {
    const text = `PUT /a/b?c=d HTTP/1.1\r\nhost: A.Example.:81\r\ncontent-LENGTH:  12 \r\nConnection: x, Close\r\n\r\nbody`;
    expect(read(text).head).toMatchObject({
      method: 'PUT',
      target: '/a/b',
      query: 'c=d',
      authority: 'A.Example.:81',
      host: 'a.example',
      declaredLength: 12,
      close: true,
      end: text.length - 4,
    });
  });

  it('puts fields that somebody reads into their slots, in any case, and joins those of one name', () => {
    const { head } = read(`GET / HTTP/1.1\r\n${H}AUTHORIZATION:\tBearer x \r\ncookie: a=b\r\nX: y\r\nCookie: c=d\r\n\r\n`);
    expect(head.slots[AUTHORIZATION]).toBe('Bearer x');
    expect(head.slots[COOKIE]).toBe('a=b; c=d');
  });

  it('knows slots that were added since', () => {
    const text = `GET / HTTP/1.1\r\n${H}${'x'.repeat(70)}: 1\r\n\r\n`;
    read(text);
    const slot = slots.slot('x'.repeat(70));
    expect(read(text).head.slots[slot]).toBe('1');
  });

  it('keeps nothing of the request before', () => {
    const head = new RequestHead();
    const full = `GET /?a HTTP/1.1\r\n${H}X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Request-ID: abcdefgh\r\nConnection: close\r\nContent-Length: 1\r\n\r\n`;
    expect(readRequestHead(full, 0, 0, rules, head)).toBe('accept');
    expect(readRequestHead(`GET / HTTP/1.1\r\n${H}\r\n`, 0, 0, rules, head)).toBe('accept');
    expect(head).toMatchObject({ query: '', declaredLength: 0, close: false });
    expect([head.forwardedFor, head.forwardedProto, head.requestId]).toEqual([undefined, undefined, undefined]);
  });

  it('gives its fields in order, without white space around them', () => {
    const text = `GET / HTTP/1.1\r\n${H}X-A: 1\r\nX-Empty:\r\nx-a: \t 2\t \r\n\r\nbody: no\r\n`;
    const { head } = read(text);
    const fields: string[] = [];
    eachField(text, head.fields, head.end, (name, value) => fields.push(`${name}=${value}`));
    expect(fields).toEqual(['host=a.example', 'x-a=1', 'x-empty=', 'x-a=2']);
  });
});
