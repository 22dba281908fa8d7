import { describe, expect, it } from 'vitest';
import type { LocatedDiagnostic } from '../../../cli/diagnostics.ts';
import { type Findings, summaryLine } from '../../../cli/report/findings.ts';
import { writeStepSummary } from '../../../cli/report/github.ts';
import { formats, parseTargets, writeReport } from '../../../cli/report/report.ts';
import { findingsOf, locatedDiagnostic } from '../../support/findings.ts';

const text = 'openapi: 3.1.0\r\npaths:\r\n  /orders:\r\n\tget: {}\r\n';

const diagnostic = locatedDiagnostic;
const findings = (...diagnostics: readonly LocatedDiagnostic[]): Findings => findingsOf(diagnostics, { source: () => text });

describe('pretty', () => {
  it('shows place, severity, rule, message, code and hint, then a summary', async () => {
    const one = diagnostic({
      hint: "Did you mean 'get'?",
      owner: 'team-orders',
      operation: { method: 'GET', path: '/orders' },
      related: [{ at: { file: 'specs/a.yaml', line: 1, column: 2, endLine: 1, endColumn: 3 }, message: 'referenced here' }],
    });
    expect((await writeReport(findings(one), 'pretty', false)).split('\n')).toEqual([
      'specs/orders.yaml:3:3  error  spec/structure  (GET /orders, team-orders)',
      "  'gets' is no field of a path item",
      '    2 | paths:',
      '  > 3 |   /orders:',
      '      |   ^^^^^^^',
      '    4 |  get: {}',
      "  hint: Did you mean 'get'?",
      '  specs/a.yaml:1:2: referenced here',
      '',
      '1 error in 1 document',
      '',
    ]);
  });

  it('colours only when asked', async () => {
    expect(await writeReport(findings(diagnostic()), 'pretty', true)).toContain('\u001b[');
    expect(await writeReport(findings(diagnostic()), 'pretty', false)).not.toContain('\u001b[');
  });

  it('cuts a line of megabytes around the place', async () => {
    const long = `{"a":"${'x'.repeat(2_000_000)}","bad":1}`;
    const column = long.indexOf('"bad"') + 1;
    const at = { file: 'a.json', line: 1, column, endLine: 1, endColumn: column + 5 };
    const written = await writeReport({ ...findings(diagnostic({ at })), source: () => long }, 'pretty', false);
    const [, , frame = '', marks = ''] = written.split('\n');
    expect(frame.length).toBeLessThan(150);
    expect(frame.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('"bad"');
  });

  it('prints ten thousand findings of a large document', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => diagnostic({ message: `finding ${i}` }));
    const large = 'x: y\n'.repeat(1_000_000);
    const written = await writeReport({ ...findings(...many), source: () => large }, 'pretty', false);
    expect(written).toContain('10000 errors in 1 document');
  });

  it('stands a place at the end of an empty file', async () => {
    const at = { file: 'a.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 };
    expect(await writeReport({ ...findings(diagnostic({ at })), source: () => '' }, 'pretty', false)).toContain('> 1 |\n');
  });
});

describe('json', () => {
  it('has the members of L2', async () => {
    const written: unknown = JSON.parse(await writeReport(findings(diagnostic({ owner: 'team-orders' })), 'json', true));
    expect(written).toMatchObject({
      tool: 'gw',
      summary: { documents: 1, error: 1, warn: 0, info: 0 },
      findings: [
        {
          id: 'spec/structure',
          severity: 'error',
          file: 'specs/orders.yaml',
          start: { line: 3, column: 3 },
          end: { line: 3, column: 10 },
          pointer: '/paths/~1orders',
          owner: 'team-orders',
          related: [],
          suppressed: false,
          fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
        },
      ],
    });
  });

  it('gives equal findings fingerprints of their own, which stay when lines move', async () => {
    const moved = { ...diagnostic().at, line: 53, endLine: 53 };
    const prints = async (...all: readonly LocatedDiagnostic[]): Promise<string[]> => {
      const { findings: list }: { findings: { fingerprint: string }[] } = JSON.parse(
        await writeReport(findings(...all), 'json', false),
      );
      return list.map(({ fingerprint }) => fingerprint);
    };
    const [first, second] = await prints(diagnostic(), diagnostic());
    expect(first).not.toBe(second);
    expect(await prints(diagnostic({ at: moved }))).toEqual([first]);
  });
});

describe('github', () => {
  it('annotates ten errors and ten warnings, then prints all', async () => {
    const many = [
      ...Array.from({ length: 12 }, (_, i) => diagnostic({ severity: 'warn', message: `warning ${i}` })),
      ...Array.from({ length: 11 }, (_, i) => diagnostic({ message: `error ${i}` })),
    ];
    const lines = (await writeReport(findings(...many), 'github', false)).split('\n');
    expect(lines.slice(0, 20).map((line) => line.split(' ')[0])).toEqual([
      ...Array(10).fill('::error'),
      ...Array(10).fill('::warning'),
    ]);
    expect(lines[20]).toBe('::notice title=gw::3 more in the log');
    expect(lines.slice(21).filter((line) => line.includes('specs/orders.yaml:3:3'))).toHaveLength(23);
  });

  it('L4: annotates lines of the pull request first', async () => {
    const at = (line: number) => ({ ...diagnostic().at, line, endLine: line });
    const many = Array.from({ length: 30 }, (_, i) => diagnostic({ message: `error ${i}`, at: at(i + 1) }));
    const touched = (_file: string, line: number) => line > 25;
    const lines = (await writeReport({ ...findings(...many), touched }, 'github', false)).split('\n');
    expect(lines.slice(0, 10).map((line) => Number(/line=(\d+)/.exec(line)?.[1]))).toEqual([26, 27, 28, 29, 30, 1, 2, 3, 4, 5]);
    expect(lines[10]).toBe('::notice title=gw::20 more in the log');
  });

  it('escapes what would end the command or its properties', async () => {
    const one = diagnostic({ at: { ...diagnostic().at, file: 'a,b:c%.yaml' }, message: '100% of\r\nlines' });
    const [line] = (await writeReport(findings(one), 'github', false)).split('\n');
    expect(line).toBe('::error file=a%2Cb%3Ac%25.yaml,line=3,endLine=3,col=3,endColumn=10,title=spec/structure::100%25 of lines');
  });

  it('writes a summary below one MiB', () => {
    const many = Array.from({ length: 9_000 }, () => diagnostic({ message: 'x'.repeat(200) }));
    const written = writeStepSummary(findings(...many));
    expect(Buffer.byteLength(written)).toBeLessThan(1_048_576);
    expect(written).toMatch(/\n\d+ findings more: see the log\.\n$/);
  });
});

describe('L6: nothing of a document acts', () => {
  const hostile =
    '=HYPERLINK("https://x.example") ::error::x ##[error]y ##vso[task.complete] \u001b[31m \u009b31m \u202e \u0000 \ud800 </details> @org/team #12 GH-3 | `x` [a](b) ]]> <!-- & {0} \n::set-output name=a::b';
  const one = diagnostic({
    message: hostile,
    hint: hostile,
    owner: hostile,
    operation: { method: hostile, path: hostile },
    at: { ...diagnostic().at, file: `specs/${hostile}` },
    related: [{ at: { ...diagnostic().at, file: hostile }, message: hostile }],
    suppressed: { by: 'document', reason: hostile },
  });
  const all: Findings = { ...findings(one), suppressed: [one], source: () => `a\nb\n${hostile.replaceAll('\n', ' ')}` };
  const acting = /::error::|::set-output|##\[|##vso|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|[\ud800-\udfff]/;
  const markup = /<\/details>|@org|\]\]>|<!--/;

  it.each(formats)('%s', async (format) => {
    const written = await writeReport(all, format, false);
    for (const line of written.split('\n')) {
      const own = /^::(error|notice) [^:]*::/.exec(line)?.[0] ?? '';
      expect(line.slice(own.length)).not.toMatch(acting);
    }
    const isForPlainText = ['pretty', 'compact', 'github'].includes(format);
    if (!isForPlainText) expect(written).not.toMatch(markup);
  });

  it('leaves nothing that acts in the texts of json, sarif and gitlab that are shown', async () => {
    for (const format of ['sarif', 'gitlab'] as const) {
      const written: unknown = JSON.parse(
        await writeReport({ ...all, diagnostics: [{ ...one, at: diagnostic().at }] }, format, false),
      );
      const shown: string[] = [];
      JSON.stringify(written, (key, value) => {
        if (['text', 'description', 'justification'].includes(key) && typeof value === 'string') shown.push(value);
        return value;
      });
      expect(shown.length).toBeGreaterThan(0);
      for (const text of shown) expect(text).not.toMatch(acting);
      if (format === 'sarif') expect(JSON.stringify(Object(written).runs[0].results[0].message)).not.toContain('[a](b)');
    }
  });

  it('step summary and markdown: one row, no markup, nobody mentioned, nothing linked', async () => {
    for (const written of [writeStepSummary(all), await writeReport(all, 'markdown', false)]) {
      const rows = written.split('\n').filter((line) => line.includes('specs/'));
      expect(rows).toHaveLength(1);
      expect(rows[0]).not.toMatch(/<\/details>|@org|[^\\]`|[^\\]\[|[^\\&]#\d|:\/\/|\|=|\| =|\u001b/);
      expect(rows[0]?.match(/(?<!\\)\|/g)).toHaveLength(5);
    }
  });
});

describe('--format', () => {
  it('names a format and a file', () => {
    expect(parseTargets(['pretty', 'json=out/a=b.json'], formats)).toEqual([
      { format: 'pretty' },
      { format: 'json', file: 'out/a=b.json' },
    ]);
  });

  it.each([
    ['xml', 'There is no format xml'],
    ['serif', 'There is no format serif'],
    ['json=', 'names no file'],
  ])('refuses %s', (value, message) => {
    expect(() => parseTargets([value], formats)).toThrow(message);
  });

  it('gives each format a file of its own', () => {
    expect(() => parseTargets(['json=a', 'sarif=a'], formats)).toThrow('Two formats are to be written to a');
  });
});

it('says so when nothing was found', () => {
  expect(summaryLine({ ...findings(), documents: 3 })).toBe('No findings in 3 documents');
});
