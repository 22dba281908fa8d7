#!/usr/bin/env node
/** Starts the built CLI. Plain JavaScript for old Nodes: on one, it starts again on the Node pinned beside it, or says what is needed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 19)) {
  const main = join(root, 'lib', 'main.js');
  // A tenth of a short command's time. In a folder of ours: what others may write into is not run.
  module.enableCompileCache(join(root, 'lib', '.cache'));
  if (existsSync(main)) await import(pathToFileURL(main).href);
  else refuse(`gw is not built: ${main} is missing. Run \`npm run build\` in ${root}.`);
} else {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) restart(pinned);
  else refuse(`gw needs Node 22.19 or later; this is ${process.versions.node}.`);
}

function restart(binary) {
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => refuse(`${binary} does not start: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
