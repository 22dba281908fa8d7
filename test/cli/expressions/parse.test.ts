import { describe, expect, it } from 'vitest';
import { evaluated, parsed } from '../../support/expressions.ts';

const claims = { sub: 'ada', roles: ['user', 'support'], level: 3, tenant: 'acme', nested: { a: { b: [1, 2] } }, none: null };
const request = {
  identity: { claims, consumer: 'app', plan: 'pro', subject: 'ada' },
  parameters: ['a%20b', '7'],
  query: 'customer=ada&limit=10&full=true',
  headers: { 'x-client': 'web' },
  address: '10.1.2.3',
};

describe('expressions (AZ-1, AZ-2)', () => {
  it.each([
    ["claims.sub == query.customer || 'support' in claims.roles", true],
    ['claims.sub != query.customer', false],
    ["path.id == 'a b' && path.page == 7", true],
    ['query.limit <= 10 && query.full', true],
    ["header['x-client'] == 'web'", undefined],
    ["header.x == 'web'", undefined],
    ["consumer.id == 'app' && consumer.plan in ['pro', 'free']", true],
    ["request.method == 'GET' && client.ip.inRange('10.0.0.0/8')", true],
    ["client.ip.inRange('11.0.0.0/8')", false],
    ['claims.level >= 3 && !(claims.level > 3)', true],
    ["claims.roles.hasAny(['admin', 'support'])", true],
    ["claims.roles.hasAll(['admin', 'support'])", false],
    ["claims.roles.exists(role, role.startsWith('supp'))", true],
    ['claims.roles.all(role, size(role) > 3)', true],
    ['has(claims.tenant) && !has(claims.missing)', true],
    ["claims.nested.a.b[1] == 2 && claims['sub'] == 'ada'", true],
    ["claims.level == 3 ? claims.sub == 'ada' : false", true],
    ["string(claims.level) == '3' && int('7') == path.page", true],
    ['claims.none == null', true],
    ["now < timestamp('2027-01-01T00:00:00Z')", true],
    ["claims.sub.lowerAscii() == 'ada'", true],
  ])('%s', (text, wanted) => {
    if (wanted === undefined) expect(parsed(text)).toHaveProperty('problem');
    else expect(evaluated(text, request)).toBe(wanted);
  });

  it.each([
    'claims.missing == 1',
    'claims.missing != 1',
    '!(claims.missing == 1)',
    'claims.missing.deeper == 1',
    'claims.sub.length == 1',
    'claims.sub < claims.level',
    'claims.roles < 3',
    'claims.sub && true',
    'claims.__proto__ == null',
    'claims.constructor == null',
    'claims.nested.a.b[9] == 1',
    'claims.sub.exists(x, true)',
    'claims.missing ? true : true',
  ])('%s is an error, which is a no', (text) => {
    expect(evaluated(text, request)).toBeUndefined();
  });

  it('an error on one side of || and && does not hide what the other decides', () => {
    expect(evaluated("claims.missing == 1 || claims.sub == 'ada'", request)).toBe(true);
    expect(evaluated("claims.missing == 1 && claims.sub == 'eve'", request)).toBe(false);
    expect(evaluated('claims.sub == query.customer', { ...request, query: '' })).toBeUndefined();
  });

  it('types are strict: a number is never a text, a list never one of its elements', () => {
    expect(evaluated("claims.level == '3'", request)).toBe(false);
    expect(evaluated("claims.roles == 'user'", request)).toBe(false);
    expect(parsed("path.page == '7'")).toMatchObject({ problem: { message: 'A number is never compared with a text' } });
  });

  it.each([
    ['query.custmer == 1', "'query' has no 'custmer' at this operation", "Did you mean 'customer'?", 0],
    ['true && claim.sub == 1', "There is no 'claim' here", "Did you mean 'claims'?", 8],
    ["claims.sub.matches('a+')", "There is no function 'matches'", 'regular expression', 0],
    ['claims.sub', undefined, undefined, 0],
    ["'text'", 'An expression is true or false', undefined, 0],
    ['1 + 1 == 2', "'+' is not known here", undefined, 0],
    ['claims.sub ==', 'The expression cannot be read', undefined, undefined],
    ["client.ip.inRange('nowhere')", "'inRange' takes a CIDR range", undefined, undefined],
    ["now < timestamp('yesterday')", "'timestamp' takes a date-time", undefined, undefined],
    ['path.id.startsWith(1)', 'Here stands a text, not a number', undefined, undefined],
    ['99999999999999999999 == 1', 'too', undefined, undefined],
  ])('%s: says what is wrong and where', (text, message, hint, start) => {
    const result = parsed(text);
    if (message === undefined) return expect(result).toHaveProperty('tree');
    expect(result).toMatchObject({
      problem: {
        message: expect.stringContaining(message),
        ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
        ...(start === undefined ? {} : { start }),
      },
    });
  });

  it('holds what a document wrote as data', () => {
    const text = `claims.sub == "');process.exit(1);//\\u2028</script>" || claims["constructor"] == 'x'`;
    expect(evaluated(text, { identity: { claims: { sub: "');process.exit(1);//\u2028</script>" } } })).toBe(true);
  });

  it('survives nesting', () => {
    const deep = `${'('.repeat(300)}true${')'.repeat(300)}`;
    expect('tree' in parsed(deep) || 'problem' in parsed(deep)).toBe(true);
    expect(parsed('a'.repeat(3_000))).toMatchObject({ problem: { message: expect.stringContaining('2000') } });
  });
});
