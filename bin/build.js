#!/usr/bin/env node
/** Builds the CLI (`cli/`) to `lib/`, one chunk per command so that a command loads only what it needs. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const fresh = mkdtempSync(join(root, '.lib-'));
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
await build({
  absWorkingDir: root,
  entryPoints: ['cli/main.ts'],
  outdir: join(fresh, 'lib'),
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  sourcemap: true,
  logLevel: 'warning',
});
// A build that fails leaves the last one in place.
rmSync(join(root, 'lib'), { recursive: true, force: true });
renameSync(join(fresh, 'lib'), join(root, 'lib'));
