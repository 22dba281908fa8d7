import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GwError } from '../errors.ts';
import { gwVersion } from '../package-root.ts';
import { printable } from '../report/escape.ts';

/**
 * Says on standard error why a command ended early.
 *
 * @returns the exit code: 2 for a broken environment, with one clear line; 3 for a fault of gw itself, with the path of a report
 */
export async function fail(error: unknown, debug: boolean): Promise<2 | 3> {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
  if (error instanceof GwError || isRefusal(error)) {
    const hint = !(error instanceof GwError) || error.hint === undefined ? '' : ` ${error.hint}`;
    process.stderr.write(`gw: ${printable(endSentence(error.message) + hint)}\n${debug ? `${stack}\n` : ''}`);
    return 2;
  }
  const report = join(mkdtempSync(join(tmpdir(), 'gw-report-')), 'report.txt');
  const facts = [
    `gw ${gwVersion}`,
    `node ${process.version} ${process.platform} ${process.arch}`,
    process.argv.slice(2).join(' '),
  ];
  writeFileSync(report, `${[...facts, stack].join('\n')}\n`);
  process.stderr.write(
    `gw: This is a fault of gw itself, not of the documents. What happened is in ${report}.\n${debug ? `${stack}\n` : ''}`,
  );
  return 3;
}

/** What the operating system refused, such as a file name that is too long or a folder where a file is read, is the environment's. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
