/** Reads commits without touching the working folder, the index or the network: blobs are copied to a folder of their own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { GwError, invariant } from '../errors.ts';

/** Largest answer of git that is read: a repository of documents, not of films. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** Files of a commit that documents may be made of. */
const DOCUMENT = /\.(?:ya?ml|json)$/i;

/** The folder of the repository that holds a folder, or of a bare one itself; undefined where there is none, or no git. */
export function repositoryOf(folder: string): string | undefined {
  const { status, stdout } = runGit(folder, ['rev-parse', '--show-toplevel']);
  if (status === 0) return stdout.toString('utf8').trim();
  const bare = runGit(folder, ['rev-parse', '--is-bare-repository', '--absolute-git-dir']);
  const [isBare, path] = bare.stdout.toString('utf8').split('\n');
  return isBare === 'true' ? path : undefined;
}

/** The id of the commit that a name stands for; undefined when it stands for none that is here. */
export function commitOf(repository: string, name: string): string | undefined {
  if (name === '' || name.startsWith('-')) return undefined;
  const { status, stdout } = runGit(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  return status === 0 ? stdout.toString('utf8').trim() : undefined;
}

/** One clear line about a name that is no commit: a clone that is shallow lacks most of them. */
export function unknownCommit(repository: string | undefined, name: string): GwError {
  if (repository === undefined) {
    const { status, stderr } = runGit('.', ['rev-parse', '--git-dir']);
    if (status === null)
      return new GwError('ERR_GW_GIT', `${name} is no file or folder, and git is not installed`, 'Install git.');
    if (stderr.includes('safe.directory')) {
      const hint = 'If you do: `git config --global --add safe.directory "$PWD"`.';
      return new GwError('ERR_GW_GIT', 'git does not trust this repository: it belongs to another user', hint);
    }
    const message = `${name} is no file or folder, and there is no git repository here`;
    return new GwError('ERR_GW_GIT', message, 'Name a folder, a file, or a commit of a repository.');
  }
  const isShallow = runGit(repository, ['rev-parse', '--is-shallow-repository']).stdout.toString('utf8').trim() === 'true';
  if (isShallow) {
    const hint = 'Fetch it first: `git fetch --unshallow`, or fetch-depth: 0 of actions/checkout.';
    return new GwError('ERR_GW_GIT', `${name} is not in this shallow clone`, hint);
  }
  const hint = name.includes('..')
    ? 'Name both sides apart: `gw diff main branch`; `git merge-base main branch` says where they parted.'
    : 'Fetch it first, such as `git fetch origin main`, or name a folder.';
  return new GwError('ERR_GW_GIT', `${name} is no file, folder, branch, tag or commit here`, hint);
}

/**
 * Writes the YAML and JSON files of a commit, its links, and what is here of its submodules below a folder. Nothing is checked out: no
 * filter and no hook runs. Of a submodule that is not here its folder is made, as git does.
 *
 * @returns the folders of submodules that are not here at the commit that is wanted of them
 * @throws GwError when the objects are not there (a partial clone without its remote), and for a commit that names a file twice
 */
export function exportCommit(repository: string, commit: string, target: string): readonly string[] {
  const root = realpathSync(target);
  const absent: string[] = [];
  const all = contentOf(repository, commit, { folder: '', depth: 0, absent });
  for (const folder of absent) mkdirSync(join(root, folder), { recursive: true });
  // Links come last: a crafted commit may name one as the folder of a file, which would be written where it leads.
  for (const isLink of [false, true]) {
    for (const { file, content } of all.filter((one) => one.isLink === isLink)) {
      try {
        const folder = join(root, dirname(file));
        mkdirSync(folder, { recursive: true });
        invariant(realpathSync(folder) === folder, 'no link is a folder');
        // A link that leads out of the folder is refused where it is read.
        if (isLink) symlinkSync(content.toString('utf8'), join(root, file));
        else writeFileSync(join(root, file), content);
      } catch {
        throw new GwError('ERR_GW_GIT', `The commit ${commit} names ${file} twice, or in a way that no folder can hold`);
      }
    }
  }
  return absent;
}

/** What lies in a submodule that is not here would seem to be new, or gone. */
export function absentSubmodule(folder: string): GwError {
  const hint =
    'Run `git submodule update --init --recursive`, or actions/checkout with submodules: recursive and fetch-depth: 0.';
  return new GwError('ERR_GW_GIT', `Documents are wanted of the submodule ${folder}, which is not here at that commit`, hint);
}

interface Entry {
  readonly id: string;
  readonly file: string;
  readonly kind: 'file' | 'link' | 'submodule';
}

interface Content {
  readonly file: string;
  readonly isLink: boolean;
  readonly content: Buffer;
}

/** How many submodules may be within each other. */
const DEEPEST = 10;

/** Where a commit is written to, and what could not be found for it. */
interface Writing {
  readonly folder: string;
  /** How many submodules it is within. */
  readonly depth: number;
  readonly absent: string[];
}

function contentOf(repository: string, commit: string, { folder, depth, absent }: Writing): readonly Content[] {
  const entries = filesOf(repository, commit);
  const files = entries.filter(({ kind }) => kind !== 'submodule');
  const contents = blobs(
    repository,
    files.map(({ id }) => id),
  );
  const own = files.map(({ file, kind }, index): Content => {
    const content = contents[index];
    invariant(content !== undefined, 'git gives one blob for each name');
    return { file: posix.join(folder, file), isLink: kind === 'link', content };
  });
  const submodules = entries.filter(({ kind }) => kind === 'submodule');
  return [
    ...own,
    ...submodules.flatMap(({ id, file }) => {
      const inner = join(repository, file);
      // Without its own repository, that of the folder above would answer.
      const isHere = depth < DEEPEST && repositoryOf(inner) === inner && commitOf(inner, id) === id;
      const below = posix.join(folder, file);
      if (isHere) return contentOf(inner, id, { folder: below, depth: depth + 1, absent });
      absent.push(below);
      return [];
    }),
  ];
}

function filesOf(repository: string, commit: string): readonly Entry[] {
  const { status, stdout } = runGit(repository, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  if (status !== 0) throw new GwError('ERR_GW_GIT', `git cannot list the files of ${commit}`);
  return stdout
    .toString('utf8')
    .split('\0')
    .flatMap((line): readonly Entry[] => {
      const [, mode = '', type, id = '', file = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      const isInside = posix.normalize(file) === file && !file.startsWith('../') && !posix.isAbsolute(file);
      const kind = type === 'commit' ? 'submodule' : mode === '120000' ? 'link' : 'file';
      return file !== '' && isInside && (kind !== 'file' || DOCUMENT.test(file)) ? [{ id, file, kind }] : [];
    });
}

/** Contents of blobs, in the order of their ids. */
function blobs(repository: string, ids: readonly string[]): readonly Buffer[] {
  if (ids.length === 0) return [];
  const { status, stdout } = runGit(repository, ['cat-file', '--batch'], `${ids.join('\n')}\n`);
  if (status !== 0) throw new GwError('ERR_GW_GIT', 'git cannot read the files of the commit');
  const contents: Buffer[] = [];
  let at = 0;
  for (const id of ids) {
    const end = stdout.indexOf(10, at);
    const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(stdout.toString('latin1', at, end)) ?? [];
    if (size === undefined) throw new GwError('ERR_GW_GIT', `The object ${id} is not in this clone`, 'Fetch it first.');
    contents.push(stdout.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return contents;
}

/** Runs git without prompts or locks; a status of null: there is no git. */
export function runGit(
  folder: string,
  args: readonly string[],
  input = '',
): { readonly status: number | null; readonly stdout: Buffer; readonly stderr: string } {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', folder, ...args], {
    input,
    maxBuffer: MAX_BYTES,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (error !== undefined) return { status: null, stdout: Buffer.alloc(0), stderr: '' };
  return { status, stdout, stderr: stderr.toString('utf8') };
}
