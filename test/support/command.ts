/** Runs a command of the command line within this process: the same arguments, output and exit codes, without starting Node for each. */
import { Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { fail } from '../../cli/commands/failure.ts';
import type { GwResult } from './gw.ts';

/** Runs `gw` with the commands that `define` adds, in a folder, to its end. One at a time: the folder is that of the process. */
export async function runHere(cwd: string, define: (gw: Command) => void, args: readonly string[]): Promise<GwResult> {
  const [before, exitCode] = [process.cwd(), process.exitCode];
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  const gw = new Command('gw');
  define(gw);
  for (const command of [gw, ...gw.commands]) command.exitOverride();
  try {
    process.chdir(cwd);
    process.exitCode = undefined;
    const code = await codeOf(gw, args);
    return { code, stdout: out.text(), stderr: err.text() };
  } finally {
    process.chdir(before);
    process.exitCode = exitCode;
    out.restore();
    err.restore();
  }
}

async function codeOf(gw: Command, args: readonly string[]): Promise<number> {
  try {
    await gw.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return await fail(error, false);
  }
}

function captured(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  let text = '';
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk, encoding, done) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    (typeof encoding === 'function' ? encoding : done)?.(null);
    return true;
  });
  return { text: () => text, restore: () => spy.mockRestore() };
}
