import { readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Most alternatives that the braces of one pattern may stand for. */
const maxAlternatives = 1_000;

/** Whether a pattern stands for names rather than being one. */
export function isPattern(text: string): boolean {
  return /[*?{]/.test(text);
}

/**
 * The files below `root` that a pattern names, sorted: `*` and `?` within a segment, `**` across segments, braces for alternatives. Names
 * that begin with a dot and `node_modules` are found only when they are spelled out; links to folders are not followed.
 *
 * @param folder where the pattern is relative to, below the root
 * @param looksIn told every folder whose content decides, there or not, below the root
 * @returns undefined when the pattern leaves the root
 */
export function expandGlob(
  root: string,
  folder: string,
  pattern: string,
  looksIn: (folder: string) => void = () => undefined,
): readonly string[] | undefined {
  const found = new Set<string>();
  for (const alternative of alternatives(pattern)) {
    const path = posix.normalize(posix.join(folder, alternative));
    if (posix.isAbsolute(alternative) || path === '..' || path.startsWith('../')) return undefined;
    for (const file of walk({ root, looksIn }, '', path.split('/'))) found.add(file);
  }
  return [...found].sort();
}

/** `a{b,c}` as `ab` and `ac`; braces may nest. */
function alternatives(pattern: string): readonly string[] {
  const expanded: string[] = [];
  const open = [pattern];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    const inner = /\{([^{}]*)\}/.exec(text);
    if (inner === null) expanded.push(text);
    else for (const choice of (inner[1] ?? '').split(',')) open.push(text.replace(inner[0], () => choice));
    if (open.length + expanded.length > maxAlternatives) break;
  }
  return expanded;
}

interface Walk {
  readonly root: string;
  readonly looksIn: (folder: string) => void;
}

function walk(below: Walk, folder: string, segments: readonly string[]): readonly string[] {
  const { root, looksIn } = below;
  const [segment = '', ...rest] = segments;
  if (!isPattern(segment)) {
    const path = posix.join(folder, segment);
    if (rest.length > 0) return walk(below, path, rest);
    looksIn(folder);
    return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true ? [path] : [];
  }
  looksIn(folder);
  const names = entriesOf(join(root, folder));
  if (segment === '**') {
    const deeper = names
      .filter(({ isFolder }) => isFolder)
      .flatMap(({ name }) => walk(below, posix.join(folder, name), segments));
    return [...walk(below, folder, rest.length === 0 ? ['*'] : rest), ...deeper];
  }
  const matches = names.filter(({ name }) => segmentPattern(segment).test(name));
  if (rest.length === 0) return matches.filter(({ isFile }) => isFile).map(({ name }) => posix.join(folder, name));
  return matches.filter(({ isFolder }) => isFolder).flatMap(({ name }) => walk(below, posix.join(folder, name), rest));
}

interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

function entriesOf(folder: string): readonly Entry[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .map((entry) => ({ name: entry.name, isFile: entry.isFile() || entry.isSymbolicLink(), isFolder: entry.isDirectory() }));
}

function segmentPattern(segment: string): RegExp {
  const source = segment
    .replaceAll(/[\\^$.+()[\]|{}]/g, '\\$&')
    .replaceAll(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]');
  return new RegExp(`^${source}$`, 's');
}
