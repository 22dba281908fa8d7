import { describe, expect, it } from 'vitest';
import { HeaderFields } from '../../../runtime/header-fields.ts';
import { requestHeaders } from '../../../runtime/policies/request-headers.ts';
import { responseHeaders } from '../../../runtime/policies/response-headers.ts';
import { fakeEnv, fakeExchange } from '../../support/exchange.ts';

describe('requestHeaders (TR-1)', () => {
  it('removes, then sets, then adds what is absent', () => {
    const exchange = fakeExchange({ headers: { a: '1', b: '2', c: '3', d: '4' } });
    requestHeaders(
      {
        remove: ['a', 'b'],
        set: [
          ['b', 'set'],
          ['c', 'set'],
        ],
        add: [
          ['a', 'added'],
          ['b', 'added'],
          ['d', 'added'],
          ['e', 'added'],
        ],
      },
      fakeEnv,
    )(exchange);
    expect([...exchange.sent]).toEqual([
      ['c', 'set'],
      ['d', '4'],
      ['b', 'set'],
      ['a', 'added'],
      ['e', 'added'],
    ]);
  });

  it('never writes a value that would end its line', () => {
    const exchange = fakeExchange();
    requestHeaders({ remove: [], set: [['a', 'x\r\ny: z']], add: [['b', '\u010d\u010a']] }, fakeEnv)(exchange);
    expect([...exchange.sent]).toEqual([]);
  });
});

describe('responseHeaders (TR-1)', () => {
  it('removes, then sets, then adds what is absent; set-cookie stays apart', () => {
    const head = new HeaderFields(200);
    for (const [name, value] of [
      ['server', 'x'],
      ['a', '1'],
      ['a', '2'],
      ['set-cookie', 'p=1'],
      ['set-cookie', 'q=2'],
    ] as const)
      head.push(name, value);
    responseHeaders(
      {
        remove: ['server'],
        set: [['a', 'set']],
        add: [
          ['server', 'added'],
          ['a', 'added'],
        ],
      },
      fakeEnv,
    )(fakeExchange(), head);
    expect(head.flat).toEqual(['set-cookie', 'p=1', 'set-cookie', 'q=2', 'a', 'set', 'server', 'added']);
  });

  it('never writes a value that would end its line', () => {
    const head = new HeaderFields(200);
    responseHeaders({ remove: [], set: [['a', 'x\ny']], add: [['b', '\u{1f600}']] }, fakeEnv)(fakeExchange(), head);
    expect(head.flat).toEqual([]);
  });
});
