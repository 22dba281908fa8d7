import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FileWatcher, watchFiles } from '../../../cli/serve/watch.ts';
import { folderOf } from '../../support/folder.ts';

const here = fileURLToPath(import.meta.url);
const watches = (): number => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;

/** A watcher of a folder with files, and a way to wait for what it tells. */
function watching(files: Readonly<Record<string, string>>): {
  readonly root: string;
  readonly watcher: FileWatcher;
  told(): Promise<void>;
  follow(files: readonly string[], folders: readonly string[], since?: number): void;
} {
  const root = folderOf(files);
  let tell = Promise.withResolvers<void>();
  const watcher = watchFiles(() => tell.resolve());
  onTestFinished(() => watcher.close());
  const absolute = (path: string): string => join(root, path);
  return {
    root,
    watcher,
    async told() {
      await tell.promise;
      tell = Promise.withResolvers<void>();
    },
    follow: (followed, folders, since = Number.MAX_SAFE_INTEGER) =>
      watcher.follow({ root, files: followed.map(absolute), folders: folders.map(absolute), since }),
  };
}

describe('watchFiles', () => {
  it('lets the process end once it is closed, although a build under way still names its files', async () => {
    const before = watches();
    const watcher = watchFiles(() => undefined);
    const folder = dirname(here);
    const followed = { root: dirname(folder), files: [here], folders: [folder], since: Number.MAX_SAFE_INTEGER };
    watcher.follow(followed);
    expect(watches()).toBe(before + 2);
    watcher.close();
    watcher.follow(followed);
    // A handle closes at the end of a turn of the event loop, after what setImmediate runs.
    await setImmediate();
    await setImmediate();
    expect(watches()).toBe(before);
  });

  it('tells of a document saved into a folder that has just been made', async () => {
    const { root, told, follow } = watching({ 'specs/a/openapi.yaml': '' });
    follow(['specs/a/openapi.yaml'], ['specs', 'specs/a']);
    mkdirSync(join(root, 'specs/b/deep'), { recursive: true });
    await told();
    // No build has named the folder yet.
    writeFileSync(join(root, 'specs/b/deep/openapi.yaml'), '');
    await told();
    writeFileSync(join(root, 'specs/b/deep/openapi.yaml'), 'more');
    await told();
  });

  it('tells of a document made again in an emptied folder, and in one that was removed', async () => {
    const { root, told, follow } = watching({ 'specs/a/openapi.yaml': '' });
    const file = join(root, 'specs/a/openapi.yaml');
    follow(['specs/a/openapi.yaml'], ['specs', 'specs/a']);
    rmSync(file);
    await told();
    follow([], ['specs', 'specs/a']);
    writeFileSync(file, 'again');
    await told();
    rmSync(join(root, 'specs'), { recursive: true });
    await told();
    follow([], ['specs']);
    mkdirSync(dirname(file), { recursive: true });
    await told();
    writeFileSync(file, 'once more');
    await told();
  });

  it('tells of a folder that is not there yet, and of nothing beside it', async () => {
    const { root, told, follow } = watching({ 'gateway.yaml': '' });
    follow([], ['specs/teams']);
    writeFileSync(join(root, 'other.yaml'), '');
    mkdirSync(join(root, 'specs'));
    await told();
    mkdirSync(join(root, 'specs/teams'));
    await told();
    writeFileSync(join(root, 'specs/teams/a.json'), '');
    await told();
  });

  it('tells at once of what changed while it was read', async () => {
    const { told, follow } = watching({ 'specs/a.yaml': '' });
    follow(['specs/a.yaml'], ['specs'], 0);
    await told();
  });
});
