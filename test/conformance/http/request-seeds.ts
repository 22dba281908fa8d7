import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const H = 'Host: api.example.com\r\n';

/** Requests as clients send them, and some that clients should not send; latin1. */
export const OWN_SEEDS: readonly string[] = [
  `GET / HTTP/1.1\r\n${H}\r\n`,
  `GET /v2/orders/42?expand=lines&q=%C3%A9 HTTP/1.1\r\n${H}Accept: */*\r\nUser-Agent: curl/8.5.0\r\n\r\n`,
  `HEAD /a HTTP/1.1\r\n${H}Connection: keep-alive\r\n\r\n`,
  `GET /browser HTTP/1.1\r\n${H}User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html;q=0.9, */*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\nCookie: a=b; c=d\r\nCookie: e=f\r\nSec-Fetch-Mode: navigate\r\nUpgrade-Insecure-Requests: 1\r\nCache-Control: max-age=0\r\n\r\n`,
  `POST /orders HTTP/1.1\r\n${H}Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{"id":"o-42"}`,
  `PUT /x HTTP/1.1\r\n${H}content-length:   3  \r\nx-empty:\r\n\r\nabc`,
  `DELETE /x HTTP/1.1\r\nhost: [::1]:8080\r\nContent-Length: 0\r\n\r\n`,
  `PATCH /x HTTP/1.1\r\n${H}Content-Length: 20\r\n\r\nGET / HTTP/1.1\r\nX: y\r\n`,
  `POST /upload HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n`,
  `POST /upload HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi`,
  `GET /chat HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  `GET /h2c HTTP/1.1\r\n${H}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
  `GET http://other.example/p?q HTTP/1.1\r\n${H}\r\n`,
  `OPTIONS * HTTP/1.1\r\n${H}\r\n`,
  `GET /old HTTP/1.0\r\n\r\n`,
  `CONNECT a.example:443 HTTP/1.1\r\n${H}\r\n`,
  `\r\n\r\nGET /after-empty-lines HTTP/1.1\r\n${H}\r\n`,
  `GET /latin HTTP/1.1\r\n${H}X-Latin: \xe9\xff\x80\r\nX-Tab: a\tb\r\nX_Under: 1\r\n\r\n`,
  `GET /close HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
  `GET /proxy HTTP/1.1\r\n${H}X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nX-Forwarded-Proto: https\r\nX-Request-ID: abcdefgh\r\nTE: trailers\r\n\r\n`,
  `M-SEARCH /x HTTP/1.1\r\n${H}\r\n`,
  `QUERY /x HTTP/1.1\r\n${H}Content-Length: 1\r\n\r\nq`,
  `GET /one HTTP/1.1\r\n${H}\r\nPOST /two HTTP/1.1\r\n${H}Content-Length: 1\r\n\r\nxGET /three HTTP/1.1\r\n${H}\r\n`,
];

/** Fields that make a request ambiguous, or nearly. Each is tried in each seed. */
export const NASTY_FIELDS: readonly string[] = [
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: -1',
  'Content-Length: 5, 5',
  'Content-Length: 5 5',
  'Content-Length: 0x5',
  'Content-Length: 1e1',
  'Content-Length:',
  'Content-Length: 99999999999999999999',
  'Content-Length : 5',
  'Content-Length\t: 5',
  'Content_Length: 5',
  ' Content-Length: 5',
  'X: y\r\n Content-Length: 5',
  'X: y\nContent-Length: 5',
  'X: y\rContent-Length: 5',
  'X: y\0Content-Length: 5',
  'X: \x0bContent-Length: 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: CHUNKED',
  'Transfer-Encoding:\tchunked\t',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding:',
  'Host: evil.example',
  'Host:',
  'Host: a b',
  'Host: a/b',
  'Host: u@a',
  ': novalue',
  'NoColon',
  'X(y): z',
  'X\x80: z',
  'Connection: close',
  'Connection: keep-alive, close',
  'Connection: Content-Length',
  'Expect: 100-continue',
  'Expect: x',
  'Upgrade: websocket',
  'Upgrade: h2c\r\nConnection: upgrade',
  'Cookie: a=b',
];

/** Our own seeds, and the requests of llhttp's tests where the suites are at hand, with a Host where they have none. */
export function requestSeeds(suites: string | undefined): readonly string[] {
  const folder = suites === undefined ? '' : join(suites, 'llhttp', 'request');
  if (folder === '' || !existsSync(folder)) return OWN_SEEDS;
  const theirs = readdirSync(folder)
    .sort()
    .flatMap((file) => llhttpInputs(readFileSync(join(folder, file), 'utf8')));
  const hosted = theirs.filter((text) => !/^host:/im.test(text)).map((text) => text.replace('\r\n', `\r\n${H}`));
  return [...OWN_SEEDS, ...theirs, ...hosted];
}

/** The blocks of input in a file of llhttp's tests: lines end with CR LF, `\x` and its like stand for characters. */
function llhttpInputs(markdown: string): string[] {
  return [...markdown.matchAll(/```http\n([\s\S]*?)\n```/g)].map(([, block = '']) =>
    block
      .replace(/\\\n/g, '')
      .replace(/\n/g, '\r\n')
      .replace(/\\x([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replace(/\\([rntf0])/g, (_whole, letter: string) => ESCAPES[letter] ?? ''),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', f: '\f', '0': '\0' };
