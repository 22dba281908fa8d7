import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { OpenApiVersion } from '../../cli/resolve/api.ts';
import { parseJson } from '../../runtime/validate/json.ts';
import { compileSchemas, documentOf } from '../support/schemas.ts';

/**
 * The official JSON Schema suite against the validators that gw emits. Every case is answered as the suite says, or its schema is refused
 * at build with a finding, or its value by the checks that every body passes first (VA-4). Nothing passes unvalidated.
 *
 * Needs the suite: GW_SUITES names the folder that holds `json-schema/`. GW_WRITE=1 writes the list of what remains to JSON-SCHEMA.md.
 */
const suites = process.env.GW_SUITES;

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

interface Tally {
  readonly cases: number;
  readonly answered: number;
  /** Refused before any schema: keys such as `__proto__`. */
  readonly guarded: number;
  /** The schema was refused at build. */
  readonly refused: readonly string[];
  readonly wrong: readonly string[];
}

/** Formats beyond those that VA-8 names are annotations; these files are about them. */
const UNPROMISED = [
  'idn-email.json',
  'idn-hostname.json',
  'iri.json',
  'iri-reference.json',
  'unknown.json',
  'ecmascript-regex.json',
];

function filesBelow(folder: string, nested: readonly string[]): readonly string[] {
  return nested.flatMap((sub) =>
    readdirSync(join(folder, sub))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(sub, name)),
  );
}

async function run(draft: string, files: readonly string[], version: OpenApiVersion): Promise<Tally> {
  const folder = join(suites ?? '', 'json-schema', draft);
  const tally = { cases: 0, answered: 0, guarded: 0, refused: [] as string[], wrong: [] as string[] };
  for (const file of files) {
    const groups: readonly Group[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const group of groups) {
      const document = documentOf(group.schema, `${file}.json`);
      const { validators, diagnostics } = await compileSchemas([{ document, pointer: '', value: group.schema }], version);
      const [validate] = validators;
      for (const test of group.tests) {
        tally.cases += 1;
        const name = `${file}: ${group.description}: ${test.description}`;
        const parsed = parseJson(JSON.stringify(test.data));
        if (diagnostics.length > 0) tally.refused.push(`${name} (${diagnostics[0]?.message})`);
        else if ('failure' in parsed) tally.guarded += 1;
        else if (validate?.(parsed.value) === test.valid) tally.answered += 1;
        else tally.wrong.push(name);
      }
    }
  }
  return tally;
}

describe.skipIf(suites === undefined)('JSON Schema', () => {
  const folder = join(suites ?? '', 'json-schema');
  const sections: string[] = [];

  afterAll(() => {
    if (process.env.GW_WRITE === '1') writeFileSync(join(import.meta.dirname, 'JSON-SCHEMA.md'), report(sections));
  });

  async function judge(title: string, draft: string, files: readonly string[], version: OpenApiVersion): Promise<Tally> {
    const tally = await run(draft, files, version);
    sections.push(section(title, tally));
    return tally;
  }

  it('answers 2020-12 as the suite says, but that formats are enforced', async () => {
    const tally = await judge('2020-12', 'draft2020-12', filesBelow(join(folder, 'draft2020-12'), ['.']), '3.1');
    expect(counts(tally)).toEqual({ cases: 1299, answered: 1205, guarded: 2, refused: 77, wrong: 15 });
    expect(tally.wrong.every((name) => name.startsWith('format.json: '))).toBe(true);
  });

  it('answers the optional parts of 2020-12', async () => {
    const files = filesBelow(join(folder, 'draft2020-12'), ['optional']);
    const tally = await judge('2020-12, optional', 'draft2020-12', files, '3.1');
    expect(counts(tally)).toEqual({ cases: 162, answered: 154, guarded: 0, refused: 8, wrong: 0 });
  });

  it('answers the formats that it enforces exactly as the suite says (VA-8)', async () => {
    const files = filesBelow(join(folder, 'draft2020-12'), ['optional/format']).filter(
      (file) => !UNPROMISED.some((name) => file.endsWith(`/${name}`)),
    );
    const tally = await judge('2020-12, formats', 'draft2020-12', files, '3.1');
    expect(counts(tally)).toEqual({ cases: 600, answered: 600, guarded: 0, refused: 0, wrong: 0 });
  });

  it('answers draft 4 as the 3.0 dialect', async () => {
    const tally = await judge('draft 4 as the 3.0 dialect', 'draft4', filesBelow(join(folder, 'draft4'), ['.']), '3.0');
    expect(counts(tally)).toEqual({ cases: 618, answered: 578, guarded: 2, refused: 38, wrong: 0 });
  });
});

function counts({ cases, answered, guarded, refused, wrong }: Tally): Record<string, number> {
  return { cases, answered, guarded, refused: refused.length, wrong: wrong.length };
}

function section(title: string, tally: Tally): string {
  const { cases, answered, guarded, refused, wrong } = tally;
  const rows = `| cases | ${cases} |\n| answered as the suite says | ${answered} |\n| value refused before its schema (VA-4) | ${guarded} |`;
  const lists = [
    ['Schema refused at build, with a finding', refused],
    ['Answered otherwise', wrong],
  ] as const;
  const text = lists.map(([heading, names]) => (names.length === 0 ? '' : `\n${heading}:\n\n${byFile(names)}`));
  return `## ${title}\n\n| what | count |\n|---|---|\n${rows}\n| schema refused at build | ${refused.length} |\n| answered otherwise | ${wrong.length} |\n${text.join('')}`;
}

/** How many cases of which file; the suite itself says what they are. */
function byFile(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const file = name.slice(0, name.indexOf(':'));
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return [...counts].map(([file, count]) => `- ${file}: ${count}\n`).join('');
}

function report(sections: readonly string[]): string {
  return `# JSON Schema: what remains\n\nWritten by \`json-schema.test.ts\` with \`GW_WRITE=1\`. Nothing is silently unvalidated: a schema is compiled or refused.\n\n${REASONS}\n${sections.join('\n')}`;
}

const REASONS = `| kind | reason |
|---|---|
| references to other hosts, to the meta-schemas, and by the \`id\` of draft 4 | gw downloads nothing, and OpenAPI 3.0 has no \`id\` |
| other dialects (\`$schema\`, vocabularies) | only 2020-12 is understood |
| properties named \`__proto__\` | no body may have them (VA-4) |
| \`unevaluatedItems\` beside \`contains\` | which single items were evaluated is not tracked |
| "format is only an annotation" | formats are enforced (VA-8) |
`;
