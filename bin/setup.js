#!/usr/bin/env node
/**
 * Makes a checkout ready: dependencies, the pinned Node, the built CLI. Pre-script of start, test, check and bench.
 * Plain JavaScript for old Nodes: it runs before the pinned one is installed. Does nothing, quickly, when all is in place.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const installed = join(modules, '.gw-installed');
const lockFile = join(root, 'package-lock.json');

function fail(message) {
  process.stderr.write(`gw setup: ${message}\n`);
  process.exit(2);
}

function newer(file, than) {
  return !existsSync(than) || statSync(file).mtimeMs > statSync(than).mtimeMs;
}

/** The marker holds the lock file it was installed from: a checkout that only touches the file's date reinstalls nothing. */
function upToDate() {
  if (!existsSync(installed)) return false;
  if (!newer(lockFile, installed)) return true;
  return readFileSync(installed, 'utf8') === readFileSync(lockFile, 'utf8');
}

function install() {
  process.stderr.write('gw setup: installing dependencies (npm ci)\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0) fail('npm ci failed; see its messages above, mend the cause and run the command again.');
  writeFileSync(installed, readFileSync(lockFile));
}

/** Returns the path of the pinned Node; npm may have been told to run no install scripts, and then it is missing. */
function pinnedNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node;
  const binary = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const asked = existsSync(binary) ? spawnSync(binary, ['--version'], { encoding: 'utf8' }) : undefined;
  if (asked?.stdout?.trim() !== `v${wanted}`) {
    fail(
      `the pinned Node ${wanted} is not at ${binary}; its install script did not run. Try: npm rebuild node --ignore-scripts=false`,
    );
  }
  return binary;
}

if (!upToDate()) install();
const node = pinnedNode();
const built = spawnSync(node, [join(root, 'bin', 'build.js')], { stdio: ['ignore', 2, 2] });
if (built.status !== 0) fail('building lib/ failed; see the messages above.');
