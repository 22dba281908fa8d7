/** Runs the command line as a user does, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../cli/package-root.ts';

export interface GwResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line from its sources: what is built (`lib/`) may be older. */
export const gwSource: string = join(packageRoot, 'cli', 'main.ts');
/** The command line as it is installed. */
export const gwBin: string = join(packageRoot, 'bin', 'gw.js');

/** A folder with files by name; disposing removes it. */
export interface TestFolder extends Disposable {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Runs `gw` there. */
  gw(...args: readonly string[]): Promise<GwResult>;
  /** Starts `gw` there. The caller ends it. */
  startGw(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
}

export function testFolder(files: Readonly<Record<string, string>>): TestFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'gw-cli-')));
  const folder: TestFolder = {
    path,
    write(more) {
      for (const [name, text] of Object.entries(more)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    gw: (...args) => runGw(path, args),
    startGw: (args, env = {}) => spawn(process.execPath, [gwSource, ...args], { cwd: path, env: { ...process.env, ...env } }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write(files);
  return folder;
}

/** Runs `gw` in a folder to its end. */
export async function runGw(cwd: string, args: readonly string[], main: string = gwSource): Promise<GwResult> {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, CI: '1', NO_COLOR: '1' } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
