#!/usr/bin/env node
/** Writes the files that are made from the source: the JSON Schemas that editors complete from. `--check` only says whether they are current. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
