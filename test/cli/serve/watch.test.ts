import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { watchFiles } from '../../../cli/serve/watch.ts';

const here = fileURLToPath(import.meta.url);
const watches = (): number => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;

it('lets the process end once it is closed, although a build under way still names its files', async () => {
  const before = watches();
  const watcher = watchFiles(() => undefined);
  watcher.follow([here]);
  expect(watches()).toBe(before + 2);
  watcher.close();
  watcher.follow([here]);
  // A handle closes at the end of a turn of the event loop, after what setImmediate runs.
  await setImmediate();
  await setImmediate();
  expect(watches()).toBe(before);
});
