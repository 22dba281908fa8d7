import { describe, expect, it } from 'vitest';
import { check } from '../../../../cli/compile.ts';
import { ignoreComments } from '../../../../cli/lint/suppress/comments.ts';
import { folderOf } from '../../../support/folder.ts';

const head = 'openapi: 3.1.0\ninfo: { title: t, version: "1" }\nsecurity: []\n';
const accept = '{ name: Accept, in: header, schema: { type: string } }';

/** `rule place` of what counts and of what is suppressed; the notes that count suppressions are left out. */
function linted(files: Readonly<Record<string, string>>, now = '2026-06-01') {
  const [first = ''] = Object.keys(files);
  const source = { kind: 'documents', files: [first], upstream: 'http://upstream.invalid' } as const;
  const request = { root: folderOf(files), source, auth: 'none', defaultPreset: 'recommended', now, audit: true } as const;
  const { diagnostics, suppressed } = check(request);
  const wanted = ['spec/param-reserved', 'governance/suppression', 'spec/status-code'];
  const shown = (all: typeof diagnostics) =>
    all
      .filter(({ rule, severity }) => wanted.includes(rule) && severity !== 'info')
      .map(({ rule, at, suppressed: by }) => [rule, `${at.file}:${at.line}`, by?.reason ?? ''].join(' ').trim());
  return { found: shown(diagnostics), suppressed: shown(suppressed) };
}

describe('L11: x-gw-ignore', () => {
  it.each([
    ['on the operation', `x-gw-ignore: [{ rule: spec/param-reserved, reason: old }]\n      parameters: [${accept}]`],
    [
      'on the parameter itself',
      'parameters:\n        - { name: Accept, in: header, schema: { type: string }, x-gw-ignore: [{ rule: spec/param-reserved, reason: old }] }',
    ],
  ])('%s', (_where, operation) => {
    const text = `${head}paths:\n  /a:\n    get:\n      ${operation}\n      responses: { '200': { description: d } }\n`;
    const { found, suppressed } = linted({ 'a.yaml': text });
    expect(found).toEqual([]);
    expect(suppressed).toEqual([expect.stringMatching(/^spec\/param-reserved a\.yaml:\d+ old$/)]);
  });

  it('concerns what is in the object only, and one rule', () => {
    const operation = (ignore: string) => `{ ${ignore} parameters: [${accept}], responses: { '2xx': { description: d } } }`;
    const text = `${head}paths:\n  /a:\n    get: ${operation('x-gw-ignore: [{ rule: spec/param-reserved, reason: old }],')}\n    put: ${operation('')}\n`;
    const { found, suppressed } = linted({ 'a.yaml': text });
    expect(found).toEqual(['spec/status-code a.yaml:6', 'spec/param-reserved a.yaml:7', 'spec/status-code a.yaml:7']);
    expect(suppressed).toEqual(['spec/param-reserved a.yaml:6 old']);
  });

  it('takes the nearest of two', () => {
    const text = `${head}x-gw-ignore: [{ rule: spec/param-reserved, reason: everywhere }]\npaths:\n  /a:\n    get:\n      x-gw-ignore: [{ rule: spec/param-reserved, reason: here }]\n      parameters: [${accept}]\n      responses: { '200': { description: d } }\n`;
    const { found, suppressed } = linted({ 'a.yaml': text });
    expect(suppressed).toEqual(['spec/param-reserved a.yaml:9 here']);
    expect(found).toEqual(['governance/suppression a.yaml:4']);
  });
});

describe('L11: comments', () => {
  const withComment = (comment: string, more = '') =>
    `${head}paths:\n  /a:\n    get:\n      parameters:\n        ${comment}\n${more}        - ${accept}\n      responses: { '200': { description: d } }\n`;

  it.each(['', '\n', '        # another comment\n\n'])('silence the next line that says something (%j between)', (more) => {
    const { found, suppressed } = linted({
      'a.yaml': withComment('# gw-ignore-next-line spec/param-reserved -- old clients', more),
    });
    expect(found).toEqual([]);
    expect(suppressed[0]).toMatch(/old clients$/);
  });

  it.each([
    ['# gw-ignore-next-line spec/param-reserved', ['governance/suppression a.yaml:8', 'spec/param-reserved a.yaml:9']],
    [
      '# gw-ignore-next-line spec/param-reserved until 2026-05-31 -- old',
      ['governance/suppression a.yaml:8', 'spec/param-reserved a.yaml:9'],
    ],
    [
      '# gw-ignore-next-line spec/param-reserved until soon -- old',
      ['governance/suppression a.yaml:8', 'spec/param-reserved a.yaml:9'],
    ],
    ['# gw-ignore-next-line spec/status-code -- old', ['governance/suppression a.yaml:8', 'spec/param-reserved a.yaml:9']],
  ])('%s silences nothing and is a finding', (comment, expected) => {
    expect(linted({ 'a.yaml': withComment(comment) }).found).toEqual(expected);
  });

  it('hold until their day ends', () => {
    const text = withComment('# gw-ignore-next-line spec/param-reserved until 2026-06-01 -- old');
    expect(linted({ 'a.yaml': text }).found).toEqual([]);
  });

  it('are comments, not texts that look like them', () => {
    const text =
      'a: |\r\n  # gw-ignore-next-line a/b -- no\r\nb: "# gw-ignore-next-line a/b -- no"\r\nc: [1, # gw-ignore-next-line a/b -- yes\r\n  2]\r\n';
    const document = { file: 'a.yaml', format: 'yaml', text, value: {}, locate: () => [] } as const;
    expect(ignoreComments(document).map(({ reason, line, at }) => [reason, line, text.slice(at.start, at.end)])).toEqual([
      ['yes', 5, '# gw-ignore-next-line a/b -- yes'],
    ]);
  });
});

it('L17: a rule that does not exist is an error of usage, with its place', () => {
  const text = `${head}x-gw-ignore: [{ rule: spec/param-reservd, reason: old }]\npaths: {}\n`;
  expect(() => linted({ 'a.yaml': text })).toThrow(
    expect.objectContaining({
      code: 'ERR_GW_UNKNOWN_RULE',
      message: "There is no rule 'spec/param-reservd', which a.yaml:4 ignores",
      hint: "Did you mean 'spec/param-reserved'?",
    }),
  );
});

it('L12: who approved a row of the gateway file stands with its reason', () => {
  const gateway =
    'name: g\nspecs: [a.yaml]\nlint:\n  suppress: [{ rule: security/missing, where: a.yaml, reason: internal, approvedBy: "@platform" }]\n';
  const files = {
    'gateway.yaml': gateway,
    'a.yaml': `${head.replace('security: []\n', '')}paths:\n  /a:\n    get: { responses: { '200': { description: d } } }\n`,
  };
  const { suppressed } = check({
    root: folderOf(files),
    source: { kind: 'config', file: 'gateway.yaml' },
    auth: 'none',
    defaultPreset: 'serve',
  });
  expect(suppressed.map((one) => one.suppressed)).toEqual([{ by: 'gateway', reason: 'internal (approved by @platform)' }]);
});

describe('L9: what is missing', () => {
  const idOf = (operation: string) => {
    const text = `${head}paths:\n  /a:\n${operation}      responses: { '200': { description: d } }\n`;
    const source = { kind: 'documents', files: ['a.yaml'], upstream: 'http://upstream.invalid' } as const;
    const request = { root: folderOf({ 'a.yaml': text }), source, auth: 'none', defaultPreset: 'recommended' } as const;
    const { diagnostics, suppressed } = check(request);
    const shown = (all: typeof diagnostics) =>
      all.filter(({ rule }) => rule === 'governance/operation-id').map(({ at }) => `${at.line}:${at.column}`);
    return { found: shown(diagnostics), suppressed: shown(suppressed) };
  };

  it('is reported at the key of what should hold it', () => {
    expect(idOf('    get:\n')).toEqual({ found: ['6:5'], suppressed: [] });
  });

  it.each([
    ['on the object', '    get:\n      x-gw-ignore: [{ rule: governance/operation-id, reason: old }]\n', '6:5'],
    ['above its key', '    # gw-ignore-next-line governance/operation-id -- old\n    get:\n', '7:5'],
  ])('is accepted %s', (_where, operation, place) => {
    expect(idOf(operation)).toEqual({ found: [], suppressed: [place] });
  });
});

describe('L14: lint and build accept the same', () => {
  it('whatever judges suppressions, and on whatever day', () => {
    const operation = `{ parameters: [${accept}], x-gw-ignore: [{ rule: spec/path-param, reason: generated }, { rule: spec/param-reserved, reason: old }], responses: { '200': { description: d } } }`;
    const files = {
      'a.yaml': `${head}paths:\n  /a/{id}:\n    get: ${operation}\n    put: ${operation.replace('spec/path-param', 'spec/regex')}\n`,
    };
    const source = { kind: 'documents', files: ['a.yaml'], upstream: 'http://upstream.invalid' } as const;
    const request = { root: folderOf(files), source, auth: 'none', defaultPreset: 'serve' } as const;
    const accepted = ({ suppressed }: ReturnType<typeof check>) => suppressed.map(({ rule, at }) => `${rule} ${at.line}`);
    const built = check(request);
    expect(accepted(built)).toEqual(['spec/path-param 6']);
    expect(accepted(check({ ...request, now: '2026-06-01', audit: true }))).toEqual(accepted(built));
    const all = accepted(check({ ...request, defaultPreset: 'recommended', now: '2026-06-01', audit: true }));
    expect(all.filter((one) => one.startsWith('spec/path-param'))).toEqual(accepted(built));
  });
});
