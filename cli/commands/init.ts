import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GwError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import { plural } from '../report/findings.ts';
import { type Options, text } from './input.ts';
import { print } from './output.ts';

/** Where the workflows of a CI service are looked for, by the file of `templates/ci` they come from. */
const CI_FILES: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  github: [
    ['github/gw-check.yml', '.github/workflows/gw-check.yml'],
    ['github/gw-comment.yml', '.github/workflows/gw-comment.yml'],
    ['github/gw-deploy.yml', '.github/workflows/gw-deploy.yml'],
  ],
  gitlab: [['gitlab/gitlab-ci.yml', '.gitlab-ci.yml']],
  none: [],
};

/**
 * `gw init [dir]`: a repository that lints, builds and serves as it is written.
 *
 * @throws GwError when one of its files is there already; nothing is written then
 */
export async function init(folder: string, options: Options): Promise<number> {
  const ci = text(options, 'ci') ?? 'github';
  const files = repositoryFiles(ci);
  const there = [...files.keys()].filter((name) => existsSync(join(folder, name)));
  const [first] = there;
  if (first !== undefined && options.force !== true) {
    const others = there.length === 1 ? '' : ` and ${plural(there.length - 1, 'other file')}`;
    throw new GwError(
      'ERR_GW_OUTPUT',
      `${join(folder, first)}${others} would be replaced`,
      'Nothing was written. Give --force to replace them.',
    );
  }
  try {
    for (const [name, content] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  } catch (error) {
    throw new GwError('ERR_GW_OUTPUT', `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  const change = folder === '.' ? [] : [`  cd ${folder}`];
  const next = [...change, '  npx --no-install gw lint', '  npx --no-install gw serve --mock'];
  await print(`${plural(files.size, 'file')} written. Go on with:\n${next.join('\n')}\n`);
  return 0;
}

/** The files of a new repository by their paths below it, sorted. */
export function repositoryFiles(ci: string): ReadonlyMap<string, string> {
  const samples = join(packageRoot, 'templates', 'init');
  const files = new Map<string, string>();
  for (const entry of readdirSync(samples, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(dotted(path.slice(samples.length + 1)), readFileSync(path, 'utf8'));
  }
  for (const [from, to] of CI_FILES[ci] ?? []) files.set(to, readFileSync(join(packageRoot, 'templates', 'ci', from), 'utf8'));
  return new Map(
    [...files].filter(([name]) => ci === 'github' || !name.startsWith('.github')).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** npm leaves out some files whose names begin with a dot; here they are `dot-…`. */
function dotted(path: string): string {
  return path
    .split(/[/\\]/)
    .map((name) => name.replace(/^dot-/, '.'))
    .join('/');
}
