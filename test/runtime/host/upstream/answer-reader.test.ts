import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../support/read-answer.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** Reads it whole, cut in two at every byte, and byte by byte; all must agree. */
function everyWay(text: string, toHead = false, atEnd = false): ReturnType<typeof readAnswer> {
  const whole = readAnswer([bytes(text)], toHead, atEnd);
  const { error: _error, ...expected } = whole;
  for (let cut = 1; cut < text.length; cut += 1) {
    expect(readAnswer([bytes(text.slice(0, cut)), bytes(text.slice(cut))], toHead, atEnd), `cut at ${cut}`).toMatchObject(
      expected.state === 'malformed' ? { state: 'malformed' } : expected,
    );
  }
  const single = readAnswer(
    [...text].map((character) => bytes(character)),
    toHead,
    atEnd,
  );
  expect(single).toMatchObject(expected.state === 'malformed' ? { state: 'malformed' } : expected);
  return whole;
}

describe('AnswerReader', () => {
  it('reads an answer, however it is cut', () => {
    expect(everyWay(`${OK}X: 1\r\nContent-Length: 5\r\n\r\nhello`)).toMatchObject({
      ...{ state: 'complete', status: 200, fields: ['x', '1'], body: 'hello', rest: 0 },
    });
    expect(everyWay(`${CHUNKED}3\r\nabc\r\n00a;x=y;z="\\";"\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n`)).toMatchObject({
      ...{ state: 'complete', body: 'abc0123456789', rest: 0 },
    });
    expect(everyWay(`${OK}Content-Length: 5\r\n\r\n`, true)).toMatchObject({ state: 'complete', body: '' });
    expect(everyWay('HTTP/1.1 204 No Content\r\n\r\n')).toMatchObject({ state: 'complete', status: 204 });
  });

  it('skips interim answers, and refuses to change the protocol', () => {
    const hints = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    expect(everyWay(`${hints}${OK}Content-Length: 1\r\n\r\na`)).toMatchObject({ state: 'complete', status: 200, body: 'a' });
    expect(everyWay('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n').state).toBe('malformed');
    expect(readAnswer([bytes(hints.repeat(2_000))]).error).toBe('http_response_header_section_size');
  });

  it('says how many bytes lie behind it', () => {
    expect(everyWay(`${OK}Content-Length: 1\r\n\r\naHTTP/1.1 200`).rest).toBe(12);
    expect(everyWay(`${CHUNKED}1\r\na\r\n0\r\n\r\n\r\n`).rest).toBe(2);
  });

  it('takes the end of the connection for the end of a body that has no other, and of no other', () => {
    expect(everyWay(`${OK}\r\nabc`, false, true)).toMatchObject({ state: 'complete', body: 'abc' });
    expect(everyWay(`${OK}\r\nabc`).state).toBe('incomplete');
    expect(everyWay(`${OK}\r\n`, false, true)).toMatchObject({ state: 'complete', body: '' });
    for (const cut of [`${OK}Content-Length: 4\r\n\r\nabc`, `${CHUNKED}3\r\nabc\r\n`, `${CHUNKED}3\r\nabc\r\n0\r\n`, OK]) {
      expect(everyWay(cut, false, true).state).toBe('incomplete');
    }
  });

  it('refuses bodies that are not exactly chunked', () => {
    const bad: readonly string[] = [
      ...[
        '\r\n',
        ' 1\r\na\r\n',
        '1 \r\na\r\n',
        '+1\r\na\r\n',
        '0x1\r\na\r\n',
        'g\r\na\r\n',
        '-1\r\n',
        '1\na\r\n',
        '1\r\na\n',
        '1\r\nab\r\n',
      ],
      ...[
        '1\r\na0\r\n\r\n',
        '1;\r\na\r\n',
        '1;=\r\na\r\n',
        '1;a=\r\na\r\n',
        '1; a\r\na\r\n',
        '1;a="\r\na\r\n',
        '1;a\0\r\na\r\n',
        '1;a\rb\r\n',
      ],
      ...[
        `1;${'a'.repeat(1_100)}\r\na\r\n`,
        `1;${'a'.repeat(1_100)}`,
        `${'0'.repeat(13)}\r\n`,
        'fffffffffffff\r\n',
        '1\r\r\na\r\n',
      ],
      ...[
        '0\r\nX\r\n\r\n',
        '0\r\nX : a\r\n\r\n',
        '0\r\n X: a\r\n\r\n',
        '0\r\nX: a\n\r\n',
        '0\r\nContent-Length: 1\r\n\r\n',
        '0\r\n\n',
      ],
      ...[
        '0\r\nTransfer-Encoding: chunked\r\n\r\n',
        `0\r\n${'X: aaaaaaaaaaaa\r\n'.repeat(2_000)}\r\n`,
        `0\r\nX: ${'a'.repeat(17_000)}`,
      ],
    ];
    for (const body of bad)
      expect(readAnswer([bytes(CHUNKED + body)]).state, JSON.stringify(body.slice(0, 60))).toBe('malformed');
    for (const body of bad.filter((text) => text.length < 60)) everyWay(CHUNKED + body);
  });

  it('refuses at once what can never become a head', () => {
    for (const beginning of [
      'x',
      'HTTP/2',
      '\r',
      '\x16\x03',
      `${OK.slice(0, -2)}\n`,
      `${OK}X: a\rb`,
      `${OK}X: \0`,
      'HTTP/1.1 200 OK\n\n',
    ]) {
      expect(readAnswer([bytes(beginning)]).state, JSON.stringify(beginning)).toBe('malformed');
      everyWay(beginning);
    }
    for (const beginning of ['', 'H', 'HTTP/1.', 'HTTP/1.1 2', `${OK}`, `${OK}X: a\r`, `${OK}X: a\r\n\r`]) {
      expect(everyWay(beginning).state, JSON.stringify(beginning)).toBe('incomplete');
    }
  });

  it('holds heads to 64 KiB', () => {
    const head = (size: number): string => `${OK}X: ${'a'.repeat(size - OK.length - 3)}\r\n\r\n`;
    expect(readAnswer([bytes(head(65_536))], true).state).toBe('complete');
    expect(readAnswer([bytes(head(65_537))], true).error).toBe('http_response_header_section_size');
    expect(readAnswer([bytes(OK), bytes('X: '), bytes('a'.repeat(70_000))]).error).toBe('http_response_header_section_size');
    const drops = Array.from({ length: 70_000 }, () => bytes('a'));
    expect(readAnswer([bytes(`${OK}X: `), ...drops]).error).toBe('http_response_header_section_size');
  });
});
