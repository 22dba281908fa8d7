import { describe, expect, it } from 'vitest';
import { problem } from '../../runtime/problem.ts';
import { problemBody } from '../../runtime/problem-body.ts';

const ID = '01a20650-2c37-78a0-82e4-096ea2092848';

function bodyOf(reply: { problem?: Parameters<typeof problemBody>[0] }, accept?: string): ReturnType<typeof problemBody> {
  if (reply.problem === undefined) throw new Error('no problem');
  return problemBody(reply.problem, ID, accept);
}

describe('problemBody (X-4)', () => {
  it('has the members of RFC 9457 and ours', () => {
    expect(JSON.parse(bodyOf(problem.notFound).text)).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'No route of this gateway has this path.',
      instance: `urn:uuid:${ID}`,
      requestId: ID,
      code: 'not-found',
    });
  });

  it('keeps extensions', () => {
    const errors = [{ in: 'body', pointer: '#/a', keyword: 'type', message: 'must be string' }] as const;
    expect(JSON.parse(bodyOf(problem.validation(422, errors)).text)).toMatchObject({ status: 422, errors });
  });

  it('is ASCII, whatever it says', () => {
    const { text } = bodyOf(problem.badRequest('\u010d\u010a é \u2028 \ud83d\ude00 \u007f \ud800'));
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(text).detail).toBe('\u010d\u010a é \u2028 \ud83d\ude00 \u007f \ud800');
    expect(bodyOf(problem.badRequest('é<&>"\u0000\ud83d\ude00'), 'application/xml').text).toMatch(/^[\x20-\x7e]*$/);
  });

  it('is XML only for who takes nothing else', () => {
    const typeFor = (accept?: string): string => bodyOf(problem.internal, accept).contentType;
    for (const accept of ['application/xml', 'text/xml', 'application/problem+xml', 'text/html, Application/XML;q=0.9']) {
      expect(typeFor(accept), accept).toBe('application/problem+xml');
    }
    for (const accept of [
      undefined,
      '',
      '*/*',
      'application/json',
      'application/xml, application/json',
      'application/xml, */*;q=0.1',
      'application/hal+json, text/xml',
      'application/xhtml+xml',
    ]) {
      expect(typeFor(accept), accept).toBe('application/problem+json');
    }
  });
});
