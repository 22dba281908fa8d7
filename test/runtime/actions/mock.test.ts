import { describe, expect, it } from 'vitest';
import { type MockOptions, mock } from '../../../runtime/actions/mock.ts';
import type { Reply } from '../../../runtime/contract.ts';

const options: MockOptions = {
  answers: [
    {
      status: 200,
      headers: [['etag', '"1"']],
      contents: [
        {
          type: 'application/json',
          examples: [
            { name: 'open', body: '{"a":1}' },
            { name: 'paid in full', body: '{"a":2}' },
          ],
        },
        { type: 'text/csv; header=present', examples: [{ body: 'a' }] },
      ],
    },
    { status: 404, headers: [], contents: [{ type: 'application/problem+json', examples: [{ name: 'gone', body: '{}' }] }] },
    { status: 500, range: '5', headers: [], contents: [] },
  ],
};

function answer(headers: Readonly<Record<string, string>> = {}, of: MockOptions = options): Reply {
  const names = ['accept'];
  const run = mock(of, { headerSlot: (name) => names.push(name) - 1 });
  return run({ header: (slot) => headers[names[slot] ?? ''] });
}

describe('mock', () => {
  it('gives the first example of the first answer', () => {
    expect(answer()).toEqual({
      status: 200,
      headers: [
        ['content-type', 'application/json'],
        ['etag', '"1"'],
      ],
      body: '{"a":1}',
    });
  });

  it.each([
    ['example=open', 200, '{"a":1}', 'example=open'],
    ['example="paid in full"', 200, '{"a":2}', 'example="paid in full"'],
    ['code=404', 404, '{}', 'code=404'],
    ['example=gone', 404, '{}', 'example=gone'],
    ['respond-async, code=404; example=gone', 404, '{}', 'code=404, example=gone'],
    ['code=503', 503, undefined, 'code=503'],
    ['code=418', 200, '{"a":1}', undefined],
    ['code=4e2, example=none', 200, '{"a":1}', undefined],
  ])('for Prefer: %s answers %d', (prefer, status, body, applied) => {
    const reply = answer({ prefer });
    expect([reply.status, reply.body]).toEqual([status, body]);
    expect(Object.fromEntries(reply.headers)['preference-applied']).toBe(applied);
  });

  it('negotiates the media type', () => {
    expect(answer({ accept: 'text/csv' })).toMatchObject({
      body: 'a',
      headers: [
        ['content-type', 'text/csv; header=present'],
        ['etag', '"1"'],
      ],
    });
    expect(answer({ accept: 'image/png' })).toMatchObject({ status: 406, problem: { code: 'not-acceptable' } });
  });

  it('sends a written answer whatever the caller accepts', () => {
    const fixed = { answers: [{ status: 503, headers: [['content-type', 'text/plain']] as const, contents: [], body: 'down' }] };
    expect(answer({ accept: 'image/png' }, fixed)).toEqual({
      status: 503,
      headers: [['content-type', 'text/plain']],
      body: 'down',
    });
  });
});
