#!/usr/bin/env node
/**
 * Writes the files that are made from the source: the JSON Schemas that editors complete from, and the examples that `gw rules` shows, which
 * are the fixtures of the rules. `--check` only says whether they are current.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The exports of a source file. */
async function load(entry) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  return await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`);
}

const { gatewayFileSchema } = await load('cli/config/editor-schema.ts');
const { openApiSchema } = await load('cli/config/openapi-schema.ts');
const { reportSchema } = await load('cli/report/report-schema.ts');
const files = {
  'templates/schemas/gateway.schema.json': gatewayFileSchema(),
  'templates/schemas/openapi.schema.json': openApiSchema('3.1'),
  'templates/schemas/openapi-3.0.schema.json': openApiSchema('3.0'),
  'templates/schemas/openapi-3.2.schema.json': openApiSchema('3.2'),
  'templates/schemas/report.schema.json': reportSchema(),
  'templates/schemas/rule-examples.json': ruleExamples(join(root, 'test/fixtures/rules')),
};

const stale = Object.entries(files).filter(([file, content]) => written(join(root, file)) !== JSON.stringify(content));
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is not current: run node bin/generated.js`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const [file, content] of stale) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), JSON.stringify(content));
    spawnSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', file], { cwd: root, stdio: 'inherit' });
  }
}

/** What the file says, whatever its format; undefined when it says nothing. */
function written(file) {
  try {
    return JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** By rule, the lines around the first finding that a failing fixture announces, the announcement included. */
function ruleExamples(folder) {
  const examples = {};
  for (const category of readdirSync(folder).sort()) {
    for (const name of readdirSync(join(folder, category)).sort()) {
      const fixtures = join(folder, category, name);
      const failing = readdirSync(fixtures).filter((file) => file.startsWith('fail'));
      // The plainest one first: `fail.yaml`, or the folder `fail`.
      const files = failing
        .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
        .flatMap((file) => filesOf(join(fixtures, file)));
      const example = files.map((file) => around(readFileSync(file, 'utf8'))).find((text) => text !== undefined);
      if (example !== undefined) examples[`${category}/${name}`] = example;
    }
  }
  return examples;
}

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .sort()
    .map((file) => join(path, file))
    .filter((file) => statSync(file).isFile());
}

/** At most four lines before the announcement, and what is announced for that line. */
function around(text) {
  const lines = text.split(/\r?\n/);
  const isMark = (line) => /^\s*#\s*[\^<]\s*(?:error|warn|info)/.test(line ?? '');
  const first = lines.findIndex(isMark);
  if (first === -1) return undefined;
  let end = first;
  while (isMark(lines[end])) end += 1;
  const before = lines.slice(Math.max(0, first - 4), first).filter((line) => !isMark(line));
  return [...before, ...lines.slice(first, end)].join('\n');
}
