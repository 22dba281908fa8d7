import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Report, Verdict } from '../../../cli/diff/change.ts';
import { MAX_BYTES, writeMarkdown } from '../../../cli/diff/report/markdown.ts';
import { formats, writeDiff } from '../../../cli/diff/report/report.ts';
import { packageRoot } from '../../../cli/package-root.ts';
import { json } from '../../../cli/plan/json.ts';
import { diffed } from '../../support/diffed.ts';
import { pullRequests, shop } from '../../support/five-teams.ts';
import { junitMistakes } from '../../support/junit-schema.ts';
import { parseXml } from '../../support/xml.ts';

const verdicts: readonly Verdict[] = ['weakened', 'breaking', 'potential', 'compatible', 'conflict'];
const sections = {
  weakened: 'policy',
  breaking: 'contract',
  potential: 'contract',
  compatible: 'traffic',
  conflict: 'conflicts',
  documentation: 'documentation',
} as const;

function change(n: number, more: Partial<Change> = {}): Change {
  const verdict = verdicts[n % verdicts.length] ?? 'breaking';
  return {
    id: verdict === 'compatible' ? 'route-added' : `some-${verdict}`,
    section: sections[verdict],
    severity: verdict === 'compatible' ? 'info' : 'high',
    direction: verdict === 'weakened' ? 'weaker' : 'neutral',
    verdict,
    routes: [{ key: `GET /r${n}`, name: `GET /r${n}`, owner: `team-${n % 5}` }],
    message: `value ${n}: ${n} → ${n + 1}`,
    at: { base: place(n), head: place(n + 1) },
    fingerprint: n.toString(16).padStart(12, '0'),
    teams: [`team-${n % 5}`],
    ...more,
  };
}

function place(line: number) {
  return { file: 'specs/a.yaml', line: line + 1, column: 1, endLine: line + 1, endColumn: 5 };
}

function reportOf(changes: readonly Change[]): Report {
  return {
    base: 'origin/main',
    head: 'HEAD',
    name: 'shop',
    changes,
    routes: { base: 10, head: 12, added: changes.filter(({ id }) => id === 'route-added').length, removed: 0, changed: 0 },
    documentation: 0,
    skipped: [],
    errors: [],
    notes: [],
    reviewers: changes.length === 0 ? [] : [{ team: 'team-1', handles: ['@acme/one'], why: ['owner'] }],
    failOn: ['weakened', 'breaking', 'conflict'],
    failed: changes.length > 0,
  };
}

const options = { color: false, docs: false };

describe('C5: the comment', () => {
  it.each([0, 1, 50, 5_000])('of %i changes', async (count) => {
    const text = writeMarkdown(reportOf(Array.from({ length: count }, (_, n) => change(n))));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
    await expect(text).toMatchFileSnapshot(join(packageRoot, 'test', 'fixtures', 'pull-requests', 'sizes', `${count}.md`));
  });

  it('stays small whatever the names and values are, and still shows every part that blocks', () => {
    const long = '€'.repeat(20_000);
    const changes = Array.from({ length: 500 }, (_, n) => {
      const routes = [{ key: `${n}`, name: `GET /${n}${long}`, owner: `${n}${long}` }];
      return change(n, { message: `${n}${long}`, routes, witness: long });
    });
    const diagnostic = {
      rule: 'x/y',
      severity: 'error' as const,
      message: long,
      at: place(1),
      pointer: '',
      fingerprint: '',
      related: [],
    };
    const many = reportOf(changes);
    const text = writeMarkdown({
      ...many,
      errors: Array.from({ length: 100 }, () => diagnostic),
      skipped: [long, long, long, long],
      notes: Array.from({ length: 100 }, () => ({ severity: 'error' as const, message: long })),
      reviewers: Array.from({ length: 500 }, (_, n) => ({
        team: `team-${n}`,
        handles: [`@acme/t${n}`],
        why: ['owner' as const],
      })),
    });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
    expect(text).toContain('and 450 more teams');
    for (const title of ['Policy weakened', 'Conflicts with other teams', 'Breaking for clients'])
      expect(text).toMatch(new RegExp(`${title} \\(100\\)\\n\\n\\| route .*\\n.*\\n\\| .*\\d+€`));
  });

  it('C1: what blocks comes first, and links where the forge is known', () => {
    const text = writeMarkdown(reportOf([0, 1, 2, 3, 4].map((n) => change(n))), {
      links: 'https://github.com/acme/apis/blob/abc/',
    });
    const order = [
      'Policy weakened',
      'Conflicts with other teams',
      'Breaking for clients',
      'Routes:',
      'potentially breaking',
    ].map((title) => text.indexOf(title));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(text).toContain('](https://github.com/acme/apis/blob/abc/specs/a.yaml#L2)');
    expect(text).toMatch(/^<!-- gw:report:shop -->\n/);
  });

  it('C2: nothing of a document acts in it', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('|', '`', '@', '\n', '<', '[', ']', '(', '\\', 'a', '-', '&', '!', '#', '\u202e', '\u0000'),
        }),
        (hostile) => {
          const routes = [{ key: 'x', name: `GET /${hostile}`, owner: hostile }];
          const text = writeMarkdown(reportOf([change(1, { message: `x ${hostile}`, routes, witness: `GET /${hostile}` })]));
          const row = text.split('\n').find((line) => line.startsWith('| ') && line.includes('GET'));
          expect(row?.replaceAll(/\\./g, '').split('|')).toHaveLength(6);
          // Outside of code no mention is left.
          expect(row?.replaceAll(/`[^`]*`/g, '')).not.toMatch(/@\w/);
          expect(text).not.toMatch(/[\u0000\u202e]/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('D13: formats', () => {
  const limitRaised = () => diffed(shop, pullRequests.find(({ name }) => name === 'limit-raised')?.files ?? {});

  it.each(formats)('%s: the same bytes every time', async (format) => {
    const first = await writeDiff(limitRaised(), format, options);
    expect(first).not.toBe('');
    const again = diffed(
      shop,
      Object.fromEntries(Object.entries(pullRequests.find(({ name }) => name === 'limit-raised')?.files ?? {}).reverse()),
    );
    expect(await writeDiff(again, format, options)).toBe(first);
  });

  it('json: what a program needs of each change', async () => {
    const json = JSON.parse(await writeDiff(limitRaised(), 'json', options));
    expect(json).toMatchObject({
      tool: 'gw',
      verdict: 'fail',
      summary: { weakened: 2, breaking: 0, conflicts: 0 },
      reviewers: [
        { team: 'orders', handles: ['@acme/orders'], why: ['owner'] },
        { team: 'platform', handles: ['@acme/platform'], why: ['policy'] },
      ],
    });
    expect(json.changes[0]).toMatchObject({
      section: 'policy',
      severity: 'high',
      direction: 'weaker',
      route: 'GET /v1/orders/{orderId}',
      owner: 'orders',
      before: { requests: 60 },
      after: { requests: 6_000 },
      at: { base: { file: 'specs/orders.yaml', line: 8 }, head: { file: 'specs/orders.yaml', line: 8 } },
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    const lines = (await writeDiff(limitRaised(), 'jsonl', options))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(1 + limitRaised().changes.length);
  });

  it('github, sarif and junit: what blocks is an error', async () => {
    expect(await writeDiff(limitRaised(), 'github', options)).toContain('::error file=specs/orders.yaml,line=8,');
    const sarif = JSON.parse(await writeDiff(limitRaised(), 'sarif', options));
    expect(sarif.runs[0].results[0]).toMatchObject({ ruleId: 'diff/limits-rate-weakened', level: 'error' });
    expect(await writeDiff(limitRaised(), 'junit', options)).toContain('failures="2"');
  });

  it('junit: fits the schema of JUnit, whatever was found', async () => {
    const hostile = `]]>"<&'\u0000 ::error::`;
    const odd = change(1, { message: hostile, routes: [{ key: 'x', name: `GET /${hostile}`, owner: hostile }] });
    for (const report of [
      reportOf([]),
      limitRaised(),
      reportOf([odd, ...Array.from({ length: 50 }, (_, n) => change(n + 2))]),
      diffed(shop, { ...shop, 'specs/users.yaml': 'openapi: 3.1.0\npaths: []\n' }),
    ]) {
      const root = parseXml(await writeDiff(report, 'junit', options));
      expect(junitMistakes(root)).toEqual([]);
      const blocking = report.changes.filter(({ verdict }) => report.failOn.includes(verdict)).length + report.errors.length;
      expect(root.attributes.get('failures')).toBe(String(blocking));
    }
  });

  it('html: a page that loads nothing and holds nothing of a document that acts', async () => {
    const page = await writeDiff(reportOf([change(1, { message: '<script>alert(1)</script>' })]), 'html', options);
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|src=|href=/);
  });

  it('text: what gets weaker, for whom, and what to do', async () => {
    expect(await writeDiff(limitRaised(), 'text', options)).toBe(`base → head: 2 blocking · 2 policies weakened · 2 routes changed

Policy
✗ high weaker  2 routes: GET /v1/orders/{orderId}, …  limits.rate: requests 60 → 6000  (orders)
    specs/orders.yaml:8  limits-rate-weakened  fingerprint 3c622608bd75 fa0122d9dada
      GET /v1/orders/{orderId}
      POST /v1/orders

Ask: orders @acme/orders (owner), platform @acme/platform (policy)

✗ blocks: mend it, or add its fingerprint to approvals.yaml with a reason.
`);
  });

  it('of many teams: names all of them, and four fingerprints', async () => {
    const of = (n: number) =>
      change(0, { routes: [{ key: `${n}`, name: `GET /${n}`, owner: `t${n}` }], teams: [`t${n}`], fingerprint: `f${n}` });
    const report = reportOf([1, 2, 3, 4, 5].map((n) => ({ ...of(n), at: {} })));
    const text = await writeDiff(report, 'text', options);
    expect(text).toContain('  (t1, t2, t3, t4, t5)\n');
    for (const written of [text, await writeDiff(report, 'html', options)]) expect(written).toContain('f1 f2 f3 f4 and 1 more');
  });

  it('markdown: limits of a new route as people say them', async () => {
    const added = (limit: unknown) =>
      change(3, { id: 'route-added', after: json({ to: 'orders', auth: 'none', limit, owner: 'orders' }), message: 'new' });
    const rate = { requests: 60, per: '1m', by: 'ip' };
    const cellOf = async (limit: unknown) =>
      (await writeDiff(reportOf([added(limit)]), 'markdown', options)).split('\n').find((line) => line.startsWith('| + |'));
    expect(await cellOf(rate)).toContain('| 60 per 1m by ip |');
    expect(await cellOf([rate, { requests: 9, per: '1s' }])).toContain('| 60 per 1m by ip, 9 per 1s |');
    expect(await cellOf({ ...rate, requests: { free: 1 } })).toContain('free');
    expect(await cellOf(null)).toContain('| none |  | orders |');
  });

  it('what was not compared stands before what was', async () => {
    const partly = { ...limitRaised(), skipped: ['base has errors'] };
    for (const format of ['text', 'markdown', 'html'] as const) {
      const text = await writeDiff(partly, format, options);
      expect(text.indexOf('base has errors')).toBeGreaterThan(0);
      expect(text.indexOf('base has errors')).toBeLessThan(text.indexOf('limits.rate'));
    }
  });

  it.each(formats)('%s: nothing of a document acts in it, and no value floods it', async (format) => {
    const hostile = `x"><script>alert(1)</script>\n::error::no\n| \`b\` @acme/all \u202e\u0007${'v'.repeat(5_000)}`;
    const routes = [{ key: 'x', name: `GET /${hostile}`, owner: hostile }];
    const report = { ...reportOf([change(1, { message: hostile, routes, witness: hostile })]), base: hostile, head: hostile };
    const text = await writeDiff({ ...report, skipped: [hostile] }, format, options);
    expect(text).not.toMatch(/[\u0007\u202e]|^::error::/m);
    if (format !== 'text' && format !== 'github') expect(text).not.toContain('<script>');
    if (format === 'text' || format === 'markdown') expect(text).not.toContain('v'.repeat(400));
  });

  it('never says bare npx gw', async () => {
    for (const format of formats) expect(await writeDiff(limitRaised(), format, options)).not.toMatch(/npx gw/);
  });
});
