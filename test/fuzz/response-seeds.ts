import { llhttpCases } from './llhttp.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Answers as services send them, and the corners of their framing. */
const WRITTEN: readonly string[] = [
  `${OK}Date: Tue, 15 Nov 1994 08:12:31 GMT\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"a":1,"b":2}`,
  `${OK}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`,
  `${OK}Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n1a;name=value;other="quo\\"ted"\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX-Sum: 1\r\nX-Two: \r\n\r\n`,
  `${OK}Connection: close\r\n\r\nuntil the end`,
  `${OK}\r\n`,
  `${OK}Content-Length: 0\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5, max=100\r\n\r\n`,
  'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 204 No Content\r\nETag: "x"\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 9\r\n\r\n',
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
  'HTTP/1.1 404 \r\nContent-Length: 3\r\nX-A:1\r\nX-A:\t 2 \t\r\nX-Empty:\r\n\r\nnot',
  'HTTP/1.1 302 Found\r\nLocation: /a\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n',
  `HTTP/1.1 500 Internal Server Error\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nContent-Length: 4\r\n\r\noops`,
  `${OK}Content-Length: 3\r\n\r\nabcHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx`,
  `${OK}X-High: \xe9\xff\r\nContent-Length: 1\r\n\r\n\0`,
];

/** Put into messages while they are changed. */
export const PHRASES: readonly string[] = [
  ...[
    'Content-Length: 0',
    'Content-Length: 5',
    'Content-Length: 5, 5',
    'content-length : 1',
    'Content-Length: +1',
    'Content-Length:',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding:\tchunked',
    'transfer-encoding: CHUNKED',
  ],
  ...['Transfer-Encoding: identity', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: xchunked', 'Transfer-Encoding:'],
  ...[
    'Connection: close',
    'Connection: upgrade',
    'Upgrade: websocket',
    'Connection: keep-alive, Content-Length',
    ' folded',
    '\tfolded',
  ],
  ...[
    'HTTP/1.1 200 OK',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols',
    'HTTP/1.0 200 OK',
    '0\r\n\r\n',
    '1\r\na',
  ],
  ...[
    'ffffffffffffffff',
    '00000000000000001',
    '1;ext',
    '1 ;ext',
    '1; ext=1',
    'Trailer: X',
    'X: a\rb',
    'X: a\nb',
    '\r\n\r\n',
    '\n\n',
  ],
];

/** The seeds of the fuzzing: ours, and the cases of llhttp where they are at hand. */
export const SEEDS: readonly string[] = [...WRITTEN, ...llhttpCases('response')];
