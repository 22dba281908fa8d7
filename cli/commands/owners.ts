import { posix } from 'node:path';
import { type Checked, check } from '../compile.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';
import { nearest } from '../nearest.ts';
import { printable } from '../report/escape.ts';
import { compileRequests, NO_UPSTREAM, type Options, textList } from './input.ts';
import { findingsOf, print, report, slowProgress } from './output.ts';
import { table } from './routes.ts';

/** `gw owners`: which team owns what, or the CODEOWNERS file that says so. */
export async function owners(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, { defaultPreset: 'serve', showOnly: true, upstream: NO_UPSTREAM });
  const checked = requests.map((request) => check(request, slowProgress('owners')));
  if (checked.some(({ failed }) => failed)) {
    await report(findingsOf(checked), {}, true);
    return 1;
  }
  const teams = ownedFiles(checked);
  if (options.codeowners === true) {
    const platform = textList(options, 'platform').flatMap((name) => reviewersNamed(name, teams));
    await print(codeowners([...teams.values()], platform));
    return 0;
  }
  const rows = [...teams.values()].map(({ name, reviewers, files, routes }) => [
    name,
    String(routes),
    reviewers.join(' ') || '-',
    files.join(' ') || '-',
  ]);
  await print(
    table(
      ['TEAM', 'ROUTES', 'REVIEWERS', 'DOCUMENTS'],
      rows.map((row) => row.map(printable)),
    ),
  );
  return 0;
}

/** A team, and the documents below the root that it owns, sorted. */
export interface TeamFiles {
  readonly name: string;
  readonly reviewers: readonly string[];
  readonly files: readonly string[];
  readonly routes: number;
}

/** By name, sorted. A document is owned by the teams of its operations, and by its own owner where it has none. */
function ownedFiles(checked: readonly Checked[]): ReadonlyMap<string, TeamFiles> {
  const files = new Map<string, Set<string>>();
  const routes = new Map<string, number>();
  const configs = checked.flatMap(({ config }): readonly GatewayConfig[] => (config === undefined ? [] : [config]));
  for (const { merged, plan } of checked) {
    for (const { operation, owner } of merged?.operations ?? []) {
      const { document, entry, gateway } = operation.api;
      const own = entry.owner ?? member(gateway?.value, 'owner') ?? owner;
      if (typeof own === 'string') files.set(own, (files.get(own) ?? new Set()).add(document.file));
    }
    for (const { owner = '' } of plan?.routes ?? []) routes.set(owner, (routes.get(owner) ?? 0) + 1);
  }
  const names = new Set([...files.keys(), ...configs.flatMap(({ teams }) => [...teams.keys()])]);
  return new Map(
    [...names].sort().map((name): [string, TeamFiles] => {
      const reviewers = [...new Set(configs.flatMap(({ teams }) => teams.get(name)?.reviewers ?? []))];
      return [name, { name, reviewers, files: [...(files.get(name) ?? [])].sort(), routes: routes.get(name) ?? 0 }];
    }),
  );
}

/** @throws GwError for a team that is not there, or has no reviewers */
function reviewersNamed(name: string, teams: ReadonlyMap<string, TeamFiles>): readonly string[] {
  if (name.includes('@')) return [name];
  const team = teams.get(name);
  if (team !== undefined && team.reviewers.length > 0) return team.reviewers;
  const near = nearest(name, teams.keys());
  const hint = team !== undefined ? 'Give it `reviewers`.' : near === undefined ? undefined : `Did you mean '${near}'?`;
  throw new GwError(
    'ERR_GW_USAGE',
    `--platform ${name}: ${team === undefined ? 'there is no such team' : 'the team has no reviewers'}`,
    hint,
  );
}

/**
 * The text of a CODEOWNERS file. A team owns the folder of its document where no other team has one in it, else the document. The last line that
 * matches a file decides, so what is not a team's comes first.
 *
 * @param platform who owns everything else; empty = nobody in particular
 */
export function codeowners(teams: readonly TeamFiles[], platform: readonly string[]): string {
  const lines = new Map<string, Set<string>>();
  for (const { name, files, reviewers } of teams) {
    for (const file of files) {
      const folder = posix.dirname(file);
      const isAlone =
        folder !== '.' && !teams.some((other) => other.name !== name && other.files.some((one) => one.startsWith(`${folder}/`)));
      const pattern = escaped(isAlone ? `/${folder}/` : `/${file}`);
      const known = lines.get(pattern) ?? new Set();
      for (const reviewer of reviewers) known.add(reviewer);
      lines.set(pattern, known);
    }
  }
  const rows = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([, reviewers]) => reviewers.size > 0);
  const all: readonly (readonly [string, Iterable<string>])[] = [
    ...(platform.length === 0 ? [] : [['*', platform] as const]),
    ...rows,
  ];
  const width = Math.max(0, ...all.map(([pattern]) => pattern.length));
  const head =
    '# Written by `npx --no-install gw owners --codeowners` from `teams` of the gateway file. The last line that matches decides.';
  return `${[head, ...all.map(([pattern, reviewers]) => `${pattern.padEnd(width)}  ${[...reviewers].map(oneWord).join(' ')}`)].join('\n')}\n`;
}

/** What acts in a pattern, as itself. */
function escaped(path: string): string {
  return path.replace(/[\s#\\*?[\]!]/g, (character) => (/[\r\n\t]/.test(character) ? '?' : `\\${character}`));
}

/** Reviewers are texts of a file; one of them is one word here. */
function oneWord(reviewer: string): string {
  return reviewer.replace(/[\s#]+/g, '');
}
