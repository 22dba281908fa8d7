import { check } from '../compile.ts';
import { GwError } from '../errors.ts';
import { printable } from '../report/escape.ts';
import { type Callers, readAccessLog } from '../sunset/access-log.ts';
import { type Ending, sunsets } from '../sunset/sunsets.ts';
import { compileRequests, existing, NO_UPSTREAM, type Options, text, textList } from './input.ts';
import { findingsOf, print, report, slowProgress } from './output.ts';
import { table } from './routes.ts';

/**
 * `gw sunset`: which operations end, when, and who still calls them.
 *
 * @returns 1 when one that somebody still calls ends within `--fail-within` days
 */
export async function sunset(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, {
    defaultPreset: 'serve',
    showOnly: true,
    upstream: NO_UPSTREAM,
    today: true,
  });
  const within = daysOf(text(options, 'failWithin'));
  const checked = requests.map((request) => check(request, slowProgress('sunset')));
  if (checked.some(({ failed }) => failed)) {
    await report(findingsOf(checked), {}, true);
    return 1;
  }
  const callers = await readLogs(textList(options, 'accessLog'));
  const now = Date.parse(requests[0]?.now ?? '');
  const endings = sunsets(
    checked.flatMap(({ merged }) => merged?.operations ?? []),
    now,
    callers,
  );
  if (options.json === true) await print(`${JSON.stringify({ now: requests[0]?.now, endings }, null, 2)}\n`);
  else await print(endings.length === 0 ? 'Nothing ends.\n' : table(HEAD, endings.map(row)));
  if (within === undefined) return 0;
  return endings.some(({ days, callers: left }) => days <= within && (left === undefined || left.length > 0)) ? 1 : 0;
}

const HEAD = ['SUNSET', 'DAYS', 'OPERATION', 'TEAM', 'SUCCESSOR', 'STILL CALLED BY'];
const MARKS: Readonly<Record<Ending['stage'], string>> = { past: '!!', week: '! ', month: '* ', later: '  ' };
/** Callers named in a row. */
const NAMED = 3;

function row({ route, team, sunset: day, days, stage, served, successor, callers }: Ending): readonly string[] {
  const left = days > 0 ? String(days) : served ? 'past, served' : 'past, 410';
  return [day, `${MARKS[stage]}${left}`, route, team, successor ?? '-', callersText(callers)].map(printable);
}

function callersText(callers: Ending['callers']): string {
  if (callers === undefined) return '?';
  if (callers.length === 0) return 'nobody';
  const named = callers.slice(0, NAMED).map(([consumer, requests]) => `${consumer} (${requests})`);
  return [...named, ...(callers.length > NAMED ? [`and ${callers.length - NAMED} more`] : [])].join(', ');
}

async function readLogs(files: readonly string[]): Promise<Callers | undefined> {
  if (files.length === 0) return undefined;
  const callers: Callers = new Map();
  for (const file of files) {
    const passedOver = await readAccessLog(existing(file), callers);
    if (passedOver > 0) process.stderr.write(`gw: ${file}: ${passedOver} lines are no lines of an access log\n`);
  }
  return callers;
}

function daysOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (!/^\d{1,5}$/.test(written))
    throw new GwError('ERR_GW_USAGE', `--fail-within ${written} is no number of days`, 'Write it as 30.');
  return Number(written);
}
