/** What `gw diff` costs: real documents of two years, and a pull request to one of many documents. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cost, measureGw, median } from './measure.ts';

export interface Comparison {
  readonly name: string;
  readonly bytes: number;
  readonly budget: string;
  readonly cost: Cost;
}

const budgets: Readonly<Record<string, string>> = { 'ghes-3.17-3.18': '6 s', 'ghes-3.18-3.19': '6 s' };

/**
 * @param corpus folder of real documents; undefined leaves them out
 * @param folder where the repository of many documents is made
 */
export async function comparing(corpus: string | undefined, folder: string, runs: number): Promise<readonly Comparison[]> {
  const measured: Comparison[] = [];
  const measure = async (name: string, bytes: number, budget: string, sides: readonly string[]): Promise<void> => {
    const cost = await median(runs, () => measureGw(['diff', ...sides, '--fail-on', 'none']));
    measured.push({ name, bytes, budget, cost });
  };
  const pairs = corpus === undefined ? '' : join(corpus, 'pairs');
  const bases = existsSync(pairs) ? readdirSync(pairs).filter((name) => name.includes('.base.')) : [];
  for (const base of bases.sort()) {
    const sides = [base, base.replace('.base.', '.head.')].map((file) => join(pairs, file));
    const name = base.replace(/\.base\..*$/, '');
    // A head that cannot be built ends with 1 whatever else is found.
    if (!name.startsWith('box-')) await measure(name, sizeOf(sides), budgets[name] ?? '5 s', sides);
  }
  const repository = manyDocuments(join(folder, 'many'));
  await measure(`one of ${DOCUMENTS} documents, ${DOCUMENTS * OPERATIONS} operations, against HEAD`, repository.bytes, '2 s', [
    repository.commit,
    repository.path,
  ]);
  return measured;
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

const DOCUMENTS = 55;
const OPERATIONS = 26;

function manyDocuments(path: string): { readonly path: string; readonly commit: string; readonly bytes: number } {
  mkdirSync(path, { recursive: true });
  const write = (name: string, text: string): number => {
    writeFileSync(join(path, name), text);
    return text.length;
  };
  const teams = Array.from({ length: DOCUMENTS }, (_, n) => `team${n}`);
  let bytes = write(
    'gateway.yaml',
    `specs:\n${teams.map((team) => `  - { files: ${team}.json, owner: ${team} }`).join('\n')}\nupstreams: { main: { url: http://a.test } }\ndefaults: { upstream: main }\n`,
  );
  for (const team of teams) bytes += write(`${team}.json`, documentOf(team));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', path, '-c', 'user.name=b', '-c', 'user.email=b@example.com', ...args], { encoding: 'utf8' });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '--no-verify', '-m', 'base');
  write('team7.json', documentOf('team7').replaceAll('"maxLength": 64', '"maxLength": 32'));
  return { path, commit: git('rev-parse', 'HEAD').trim(), bytes };
}

/** A document of a team, formatted as people do, in JSON. */
export function documentOf(team: string, operations = OPERATIONS): string {
  const text = { type: 'string', maxLength: 64 };
  const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } } };
  const item = (n: number) => ({
    parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
    get: { operationId: `get${team}${n}`, responses: { 200: { description: 'One item.', ...body } } },
    put: { operationId: `put${team}${n}`, requestBody: body, responses: { 204: { description: 'Changed.' } } },
  });
  const paths = Object.fromEntries(Array.from({ length: operations / 2 }, (_, n) => [`/${team}/kind${n}/{id}`, item(n)]));
  const properties = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field${n}`, text]));
  const document = {
    openapi: '3.1.0',
    info: { title: team, version: '1.0.0' },
    security: [],
    'x-gateway': { public: 'measured' },
    paths,
    components: { schemas: { Item: { type: 'object', properties } } },
  };
  return JSON.stringify(document, null, 2);
}
