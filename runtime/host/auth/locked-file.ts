import { randomBytes } from 'node:crypto';
import { link, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How often somebody looks whether it is his turn. */
const LOOK_MS = 25;
/** A lock that nobody has renewed for so many looks was left behind: a change takes some milliseconds. */
const LOOKS_UNTIL_STALE = 120;
/** Whoever is not let in for so long gives up. */
const MOST_LOOKS = 400;

/**
 * Changes a file as one step: nobody else who does the same, in this process or another, writes in between, and no reader sees half of it.
 * A process that dies in the middle leaves the old file, or the new one, and a lock that others take over after 3 s.
 *
 * @param edit gives the new text; undefined changes nothing
 * @param pause resolves after so many milliseconds
 * @throws Error when the file cannot be read or written, or others keep it locked
 */
export async function changeFile(
  path: string,
  edit: (text: string) => string | undefined,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  // What is written is the file itself, not the link to it.
  const target = await realpath(path);
  const lock = `${target}.lock`;
  const ticket = `${process.pid} ${randomBytes(8).toString('hex')}`;
  const draft = draftOf(target, ticket);
  await take(target, ticket, pause);
  try {
    const text = edit(await readFile(target, 'utf8'));
    if (text === undefined) return;
    await writeDurably(draft, text);
    // Whoever was stopped for so long that others took him for dead has lost his turn.
    if ((await textOf(lock)) !== ticket) throw new Error(`The lock of ${path} was lost.`);
    await rename(draft, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(draft, { force: true });
    if ((await textOf(lock)) === ticket) await rm(lock, { force: true });
  }
}

async function take(target: string, ticket: string, pause: (ms: number) => Promise<void>): Promise<void> {
  const lock = `${target}.lock`;
  let holder: string | undefined;
  let unchanged = 0;
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    if (await writeNew(lock, ticket)) return;
    const seen = await textOf(lock);
    unchanged = seen !== undefined && seen === holder ? unchanged + 1 : 0;
    holder = seen;
    if (holder !== undefined && unchanged >= LOOKS_UNTIL_STALE) {
      await removeStale(target, holder, ticket);
      unchanged = 0;
    } else {
      await pause(LOOK_MS);
    }
  }
  throw new Error(`The file ${target} is locked by others. If nobody writes to it, remove ${lock}.`);
}

/** Takes a lock away whose holder is gone, with what he has left; not one that somebody else has taken meanwhile. */
async function removeStale(target: string, holder: string, ticket: string): Promise<void> {
  const lock = `${target}.lock`;
  const aside = `${lock}.${ticket.replace(' ', '-')}`;
  try {
    await rename(lock, aside);
  } catch {
    return;
  }
  if ((await textOf(aside)) === holder) await rm(draftOf(target, holder), { force: true });
  else await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}

function draftOf(target: string, ticket: string): string {
  return `${target}.${ticket.replace(/[^0-9a-f]+/g, '-')}.new`;
}

/** @returns whether there was none */
async function writeNew(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(text);
    return true;
  } catch (error) {
    // Of a full disk, say: nobody shall wait for it.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is durable too. Not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}
