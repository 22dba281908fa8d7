import { existsSync, readFileSync } from 'node:fs';
import { check } from '../compile.ts';
import { aspects, byTeam, meanings, coverage as measure, percent, type TeamCoverage } from '../coverage/measure.ts';
import { belowRatchet, belowThresholds, parseThresholds, type Ratchet, ratchetOf, type Shortfall } from '../coverage/ratchet.ts';
import { GwError } from '../errors.ts';
import { printable } from '../report/escape.ts';
import { isFields } from '../resolve/walk.ts';
import { compileRequests, NO_UPSTREAM, type Options, text, textList } from './input.ts';
import { findingsOf, print, report, slowProgress, writeText } from './output.ts';
import { table } from './routes.ts';

/**
 * `gw coverage`: how much of what the gateway serves is protected, limited, validated, timed, owned and shown by example, by team.
 *
 * @returns 1 when a team is below a threshold, or below what it had reached
 */
export async function coverage(documents: readonly string[], options: Options): Promise<number> {
  const thresholds = parseThresholds(textList(options, 'min'));
  const requests = compileRequests(documents, options, { defaultPreset: 'serve', showOnly: true, upstream: NO_UPSTREAM });
  const checked = requests.map((request) => check(request, slowProgress('coverage')));
  if (checked.some(({ failed }) => failed)) {
    await report(findingsOf(checked), {}, true);
    return 1;
  }
  const all = measure(checked.flatMap(({ merged }) => merged?.operations ?? []));
  const teams = byTeam(all);
  const file = text(options, 'ratchet');
  const short = [...belowThresholds(teams, thresholds), ...(file === undefined ? [] : belowRatchet(teams, readRatchet(file)))];
  const lacking = options.missing === true ? all.filter(({ lacks }) => lacks.length > 0) : [];
  if (options.json === true) await print(`${JSON.stringify({ teams, short, operations: all }, null, 2)}\n`);
  else
    await print(
      page(
        teams,
        short,
        lacking.map(({ route, team, lacks }) => [route, team, lacks.join(', ')]),
      ),
    );
  // What was reached is kept only when nothing fell behind: a failed run changes no file.
  if (file !== undefined && short.length === 0) writeText(file, `${JSON.stringify(ratchetOf(teams), null, 2)}\n`);
  return short.length === 0 ? 0 : 1;
}

function page(teams: readonly TeamCoverage[], short: readonly Shortfall[], lacking: readonly (readonly string[])[]): string {
  const rows = teams.map((team) => [
    printable(team.team),
    String(team.operations),
    ...aspects.map((aspect) => `${percent(team, aspect)} %`),
  ]);
  const parts = [table(['TEAM', 'OPERATIONS', ...aspects.map((aspect) => aspect.toUpperCase())], rows)];
  if (lacking.length > 0)
    parts.push(
      table(
        ['OPERATION', 'TEAM', 'LACKS'],
        lacking.map((row) => row.map(printable)),
      ),
    );
  if (short.length > 0) parts.push(short.map(shortText).join(''));
  return parts.join('\n');
}

function shortText({ team, aspect, percent: reached, wanted }: Shortfall): string {
  return `${printable(team)}: ${aspect} is ${reached} %, and ${wanted} % is wanted: ${meanings[aspect]}\n`;
}

function readRatchet(file: string): Ratchet {
  if (!existsSync(file)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    content = undefined;
  }
  if (!isRatchet(content)) {
    throw new GwError('ERR_GW_FILE_UNREADABLE', `${file} is no file of gw coverage`, 'Remove it: the next run writes it again.');
  }
  return content;
}

function isRatchet(content: unknown): content is Ratchet {
  return isFields(content) && Object.values(content).every(isFields);
}
