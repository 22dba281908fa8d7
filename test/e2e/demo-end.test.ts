import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.ts';

it('npm start leaves nothing behind when its shell is ended', { timeout: 60_000 }, async () => {
  const demo = join(packageRoot, 'specs', 'rideshare', 'demo.ts');
  // Two commands, so that no shell puts the demo in its own place.
  const shell = spawn('sh', ['-c', '"$0" "$1"; :', process.execPath, demo], {
    env: { ...process.env, npm_lifecycle_event: 'start', PORT: '0', GW_ADMIN: '127.0.0.1:0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(shell, 'close');
  const lines = createInterface({ input: shell.stderr });
  let url: string | undefined;
  lines.on('line', (line) => {
    url ??= /^gw: serving (http[^\s,]+)/.exec(line)?.[1];
    if (url !== undefined) shell.kill('SIGTERM');
  });
  // The pipe closes when the last process that writes to it has ended.
  await closed;
  if (url === undefined) throw new Error('the demo did not start');
  await expect(fetch(url)).rejects.toThrow();
});
