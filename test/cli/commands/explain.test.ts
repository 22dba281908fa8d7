import { describe, expect, it } from 'vitest';
import { parseQuestion } from '../../../cli/commands/explain.ts';

describe('parseQuestion', () => {
  it('reads method, target and headers', () => {
    expect(parseQuestion('get /a?b=c', ['X-Client: mobile', 'Host: Api.Example.COM:8080'])).toEqual({
      method: 'GET',
      host: 'api.example.com',
      target: '/a?b=c',
      headers: new Map([
        ['x-client', 'mobile'],
        ['host', 'Api.Example.COM:8080'],
      ]),
    });
  });

  it('takes the host from an absolute URL', () => {
    expect(parseQuestion('GET https://a.example:443/x', [])).toMatchObject({ host: 'a.example', target: '/x' });
    expect(parseQuestion('GET http://a.example', [])).toMatchObject({ host: 'a.example', target: '/' });
  });

  it.each(['/a', 'GET', 'GET a', 'GET /a b', ''])('refuses %j', (request) => {
    expect(() => parseQuestion(request, [])).toThrow('The request is not METHOD /path');
  });

  it('refuses what is no header', () => {
    expect(() => parseQuestion('GET /', ['nothing'])).toThrow('nothing is no header');
  });
});
