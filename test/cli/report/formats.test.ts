import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { formats, writeReport } from '../../../cli/report/report.ts';
import { reportSchema } from '../../../cli/report/report-schema.ts';
import { findingsOf, locatedDiagnostic } from '../../support/findings.ts';
import { junitMistakes } from '../../support/junit-schema.ts';
import { sarifSchema } from '../../support/sarif-schema.ts';
import { parseXml } from '../../support/xml.ts';

const one = locatedDiagnostic({
  hint: 'Write get.',
  owner: 'team-orders',
  operation: { method: 'GET', path: '/orders' },
  related: [{ at: locatedDiagnostic().at, message: 'Referenced here' }],
});
const warning = locatedDiagnostic({
  severity: 'warn',
  rule: 'route/case',
  message: 'Twice',
  at: { ...one.at, file: 'a b/ü.yaml' },
});
const { pointer: _, ...syntax } = locatedDiagnostic({ rule: 'spec/parse', message: 'YAML syntax: "&<' });
const accepted = locatedDiagnostic({ message: 'accepted', suppressed: { by: 'gateway', reason: 'generated' } });
const some = findingsOf([one, warning, syntax], { suppressed: [accepted] });
const none = findingsOf([]);

/** What a schema does not accept of a text. */
function mistakes(schema: unknown, written: string): readonly unknown[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(Object(schema));
  return validate(JSON.parse(written)) ? [] : (validate.errors ?? []);
}

describe('L2: json', () => {
  it.each([some, none])('fits the schema that gw publishes', async (findings) => {
    expect(mistakes(reportSchema(), await writeReport(findings, 'json', false))).toEqual([]);
  });

  it('lists what is suppressed, uncounted, with its reason', async () => {
    const { summary, findings } = JSON.parse(await writeReport(some, 'json', false));
    expect(summary).toEqual({ documents: 1, error: 2, warn: 1, info: 0, suppressed: 1 });
    expect(findings.at(-1)).toMatchObject({ suppressed: true, suppression: { by: 'gateway', reason: 'generated' } });
  });

  it('jsonl is the same findings, one a line', async () => {
    const lines = (await writeReport(some, 'jsonl', false)).trimEnd().split('\n');
    const { findings } = JSON.parse(await writeReport(some, 'json', false));
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(findings);
    expect(await writeReport(none, 'jsonl', false)).toBe('');
  });
});

describe('L3: sarif', () => {
  it.each([some, none])('has the structure of SARIF 2.1.0', async (findings) => {
    expect(mistakes(sarifSchema, await writeReport(findings, 'sarif', false))).toEqual([]);
  });

  it('places, fingerprints, references and suppressions', async () => {
    const { runs } = JSON.parse(await writeReport(some, 'sarif', false));
    const [{ results, tool, columnKind }] = runs;
    expect(columnKind).toBe('utf16CodeUnits');
    expect(results[0]).toMatchObject({
      level: 'error',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'specs/orders.yaml' }, region: { startLine: 3, startColumn: 3 } } },
      ],
      relatedLocations: [{ id: 1, message: { text: 'Referenced here' } }],
      partialFingerprints: { 'gw/v1': one.fingerprint },
    });
    expect(results[1].locations[0].physicalLocation.artifactLocation.uri).toBe('a%20b/%C3%BC.yaml');
    expect(results.at(-1).suppressions).toEqual([{ kind: 'external', justification: 'generated' }]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    for (const { help } of tool.driver.rules) expect(help.text.length).toBeGreaterThan(20);
  });

  it('keeps the heaviest 5,000 and says so', async () => {
    const many = Array.from({ length: 6_000 }, (_, i) =>
      locatedDiagnostic({ severity: i < 5_500 ? 'info' : 'error', message: `'${i}'` }),
    );
    const [run] = JSON.parse(await writeReport(findingsOf(many), 'sarif', false)).runs;
    expect(run.results).toHaveLength(5_000);
    expect(run.results.filter(({ level }: { level: string }) => level === 'error')).toHaveLength(500);
    expect(run.invocations[0].toolExecutionNotifications).toHaveLength(1);
  });
});

describe('L5: gitlab', () => {
  /** docs.gitlab.com, Code Quality report format. */
  const schema = {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        description: { type: 'string' },
        check_name: { type: 'string' },
        fingerprint: { type: 'string', minLength: 12 },
        severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
        location: {
          type: 'object',
          properties: {
            path: { type: 'string', pattern: '^[^./]' },
            lines: { type: 'object', properties: { begin: { type: 'integer' }, end: { type: 'integer' } }, required: ['begin'] },
          },
          required: ['path', 'lines'],
        },
      },
      required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
      additionalProperties: false,
    },
  };

  it.each([some, none])('has the structure of a code quality report', async (findings) => {
    expect(mistakes(schema, await writeReport(findings, 'gitlab', false))).toEqual([]);
  });

  it('gives every finding a fingerprint of its own that stays when 50 lines come before it', async () => {
    const prints = async (shift: number): Promise<string[]> => {
      const at = { ...one.at, line: one.at.line + shift, endLine: one.at.endLine + shift };
      const list: { fingerprint: string }[] = JSON.parse(
        await writeReport(
          findingsOf([locatedDiagnostic({ at }), locatedDiagnostic({ at }), locatedDiagnostic({ at, rule: 'route/case' })]),
          'gitlab',
          false,
        ),
      );
      return list.map(({ fingerprint }) => fingerprint);
    };
    const before = await prints(0);
    expect(new Set(before).size).toBe(3);
    expect(await prints(50)).toEqual(before);
  });
});

describe('XML', () => {
  it('junit: suites with the counts of their cases, an error is a failure', async () => {
    const root = parseXml(await writeReport(some, 'junit', false));
    expect(junitMistakes(root)).toEqual([]);
    expect([root.attributes.get('tests'), root.attributes.get('failures')]).toEqual(['3', '2']);
    for (const test of root.children.flatMap(({ children }) => children))
      expect(test.attributes.get('name')).toMatch(/^[a-z]+\/[a-z-]+ \d+:\d+$/);
  });

  it('junit without findings has a case that passes', async () => {
    const root = parseXml(await writeReport(none, 'junit', false));
    expect(junitMistakes(root)).toEqual([]);
    expect(root.children.flatMap(({ children }) => children)).toHaveLength(1);
    expect(root.attributes.get('failures')).toBe('0');
  });

  it('checkstyle: errors by file', async () => {
    const root = parseXml(await writeReport(some, 'checkstyle', false));
    expect(root.children.map(({ attributes, children }) => [attributes.get('name'), children.length])).toEqual([
      ['specs/orders.yaml', 2],
      ['a b/ü.yaml', 1],
    ]);
    const [first] = root.children[0]?.children ?? [];
    expect(Object.fromEntries(first?.attributes ?? [])).toEqual({
      line: '3',
      column: '3',
      severity: 'error',
      message: "'gets' is no field of a path item. Write get.",
      source: 'gw.spec/structure',
    });
    expect(parseXml(await writeReport(none, 'checkstyle', false)).children).toEqual([]);
  });
});

it('compact: one line a finding', async () => {
  expect((await writeReport(some, 'compact', false)).split('\n')).toEqual([
    "specs/orders.yaml:3:3: error spec/structure 'gets' is no field of a path item. Write get.",
    'a b/ü.yaml:3:3: warn route/case Twice',
    'specs/orders.yaml:3:3: error spec/parse YAML syntax: "&<',
    '2 errors, 1 warning in 1 document (1 suppressed)',
    '',
  ]);
});

it('markdown fits into a comment', async () => {
  const many = findingsOf(Array.from({ length: 5_000 }, (_, i) => locatedDiagnostic({ message: `${'ü'.repeat(50)} ${i}` })));
  const written = await writeReport(many, 'markdown', false);
  expect(Buffer.byteLength(written)).toBeLessThan(60_000);
  expect(written).toMatch(/\n\d{4} findings more: see the log\.\n$/);
});

it.each(formats)('%s writes the same bytes for the same findings', async (format) => {
  expect(await writeReport(some, format, false)).toBe(await writeReport(some, format, false));
});
