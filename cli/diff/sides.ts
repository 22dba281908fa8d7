/** What the two arguments of `gw diff` mean: folders, documents, built gateways, or commits, which are copied out first. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { CompileSource } from '../compile.ts';
import { GwError } from '../errors.ts';
import { absentSubmodule, commitOf, exportCommit, repositoryOf, unknownCommit } from './git.ts';

/** One side of a comparison, ready to be read. */
export type SideSource =
  | {
      readonly kind: 'documents';
      readonly label: string;
      readonly root: string;
      readonly source: CompileSource;
      /** Folders below the root of submodules that are not here. */
      readonly absent?: readonly string[];
    }
  | { readonly kind: 'built'; readonly label: string; readonly folder: string }
  /** Nothing to compare with; says why. */
  | { readonly kind: 'empty'; readonly label: string; readonly why: string };

export interface Sides extends Disposable {
  readonly base: SideSource;
  readonly head: SideSource;
}

export interface SideOptions {
  /** Gateway file as `-c` names it; below the folder, or the commit, of each side. */
  readonly config?: string;
  /** Stands in for the upstream of documents without a gateway file. */
  readonly upstream: string;
}

/** Gateway files that are looked for. */
const GATEWAY_FILES = ['gateway.yaml', 'gateway.yml', 'gateway.json'];

/**
 * Opens both sides. An existing path is a path, everything else a commit, or `commit:path`. Disposing removes what was copied out.
 *
 * @param head absent = the current folder as it stands
 * @throws GwError for a path or commit that is not here, and for a head without documents
 */
export function openSides(base: string, head: string | undefined, options: SideOptions): Sides {
  const copies: string[] = [];
  const dispose = (): void => {
    for (const folder of copies) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const here = realpathSync('.');
    const repository = repositoryBeside([base, head ?? '.'], here);
    const [baseAt, headAt] = [meaningOf(base, repository), meaningOf(head ?? '.', repository)];
    const focus = focusOf([baseAt, headAt], here);
    const openSide = (at: Meaning): SideSource => {
      if (at.kind === 'path') return fromPath(at, repositoryOfEither(baseAt, headAt, repository), options);
      const copy = realpathSync(mkdtempSync(join(tmpdir(), 'gw-diff-')));
      copies.push(copy);
      const absent = exportCommit(at.repository, at.commit, copy);
      const inside = at.path ?? relative(at.repository, focus).split(sep).join('/');
      const path = join(copy, inside);
      // What is named is meant to be there; where the other side looks may be new.
      if (at.path !== undefined && !isBelow(copy, path))
        throw new GwError('ERR_GW_GIT', `${at.label} is no folder or document of that commit`, 'Write it as main:folder.');
      return withAbsent(fromFolder(at.label, copy, path, options), copy, path, absent);
    };
    const [baseSide, headSide] = [openSide(baseAt), openSide(headAt)];
    // A commit may be older than the gateway; a folder that is named and holds nothing is a mistake.
    for (const [side, { kind }] of [
      [headSide, headAt],
      [baseSide, baseAt],
    ] as const)
      if (side.kind === 'empty' && (side === headSide || kind === 'path'))
        throw new GwError('ERR_GW_NO_DOCUMENTS', `${side.label} ${side.why}`);
    return { base: baseSide, head: headSide, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Commits are looked for where the other side is, else here. */
function repositoryBeside(sides: readonly string[], here: string): string | undefined {
  const path = sides.find((side) => side !== '' && existsSync(side));
  const beside = path === undefined ? undefined : repositoryOf(isFolder(path) ? path : dirname(path));
  return beside ?? repositoryOf(here);
}

type Meaning =
  | { readonly kind: 'path'; readonly label: string; readonly path: string }
  | {
      readonly kind: 'commit';
      readonly label: string;
      readonly repository: string;
      readonly commit: string;
      /** Below the repository; absent = where the other side, or the current folder, is. */
      readonly path?: string;
    };

function meaningOf(argument: string, repository: string | undefined): Meaning {
  // An empty variable of a script would mean the current folder, which differs from itself in nothing.
  if (argument === '')
    throw new GwError('ERR_GW_USAGE', 'A side of gw diff is an empty text', 'Is a variable of the script not set?');
  // As it is written: resolved, `main:../..` would lose the commit.
  if (existsSync(argument)) return { kind: 'path', label: argument, path: realpathSync(argument) };
  if (repository === undefined) throw unknownCommit(repository, argument);
  const [, name = argument, inside] = /^([^:]+):(.*)$/.exec(argument) ?? [];
  const commit = commitOf(repository, name);
  if (commit === undefined) throw unknownCommit(repository, name);
  return { kind: 'commit', label: argument, repository, commit, ...(inside === undefined ? {} : { path: inside }) };
}

/** Where in the repository a commit is looked at: where the other side is, else here. */
function focusOf(sides: readonly Meaning[], here: string): string {
  return sides.flatMap((side) => (side.kind === 'path' ? [side.path] : []))[0] ?? here;
}

/** Beside a commit, a path is named as in the repository. */
function repositoryOfEither(base: Meaning, head: Meaning, repository: string | undefined): string | undefined {
  return base.kind === 'commit' || head.kind === 'commit' ? repository : undefined;
}

function fromPath(at: Extract<Meaning, { kind: 'path' }>, repository: string | undefined, options: SideOptions): SideSource {
  const real = repository === undefined ? undefined : realpathSync(repository);
  const isInside = real !== undefined && (at.path === real || at.path.startsWith(real + sep));
  const folder = isFolder(at.path) ? at.path : dirname(at.path);
  const root = isInside ? real : folder === realpathSync('.') ? (repositoryOf(folder) ?? folder) : folder;
  return fromFolder(at.label, realpathSync(root), at.path, options);
}

/** Documents without a gateway file are those of all folders: then no submodule may be missing among them. */
function withAbsent(side: SideSource, copy: string, path: string, absent: readonly string[]): SideSource {
  const isAll = side.kind !== 'built' && !(side.kind === 'documents' && side.source.kind === 'config') && isFolder(path);
  const missing = absent.find((folder) => isAll && isBelow(path, join(copy, folder)));
  if (missing === undefined) return side.kind === 'documents' ? { ...side, absent } : side;
  const { code, message, hint } = absentSubmodule(missing);
  throw new GwError(code, `${side.label}: ${message}`, hint);
}

function isBelow(folder: string, path: string): boolean {
  return (path === folder || path.startsWith(folder + sep)) && existsSync(path);
}

/** A folder or a file below a root that no document can leave. */
function fromFolder(label: string, root: string, path: string, { config, upstream }: SideOptions): SideSource {
  const below = (file: string): string => relative(root, file).split(sep).join('/');
  // A folder that was moved is there under another name.
  if (!existsSync(path)) return { kind: 'empty', label, why: `has no ${below(path)} (${label}:<folder> names another)` };
  if (/\.mjs$|(?:^|[\\/])manifest\.json$/.test(path)) return { kind: 'built', label, folder: dirname(path) };
  if (!isFolder(path)) return documents(label, root, [below(path)], upstream);
  const named = config === undefined ? GATEWAY_FILES : [config];
  const file = named.map((name) => resolve(path, name)).find((one) => existsSync(one));
  if (file !== undefined) return { kind: 'documents', label, root, source: { kind: 'config', file: below(file) } };
  if (config !== undefined) return { kind: 'empty', label, why: `has no ${config}` };
  if (existsSync(join(path, 'gateway.mjs')) && existsSync(join(path, 'manifest.json')))
    return { kind: 'built', label, folder: path };
  const documentsHere = documentsBelow(path, 'openapi');
  // That there are only some that gw does not read is told of them.
  const files = (documentsHere.length > 0 ? documentsHere : documentsBelow(path, 'swagger')).map(below);
  if (files.length === 0) return { kind: 'empty', label, why: 'has no gateway.yaml and no OpenAPI document' };
  return documents(label, root, files, upstream);
}

function documents(label: string, root: string, files: readonly string[], upstream: string): SideSource {
  return { kind: 'documents', label, root, source: { kind: 'documents', files, upstream } };
}

/** Files that say of themselves that they are OpenAPI documents (by their key); parts of documents do not. */
function documentsBelow(folder: string, key: 'openapi' | 'swagger'): readonly string[] {
  const said = new RegExp(`^\\s*(?:${key}\\s*:|[{,]?\\s*["']${key}["']\\s*:)|[{,]\\s*"${key}"\\s*:`, 'm');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/i.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !/[\\/](?:node_modules|\.[^\\/]+)[\\/]/.test(file.slice(folder.length)))
    .filter((file) => said.test(readFileSync(file, 'utf8')))
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
