import { type DiffOptions, diffTables, failOnByDefault, readFailOn } from '../diff/diff.ts';
import { type RouteTable, routeTable } from '../diff/effective.ts';
import { type Format, formats, writeDiff } from '../diff/report/report.ts';
import { openSides } from '../diff/sides.ts';
import { GwError } from '../errors.ts';
import { dateOf, NO_UPSTREAM, type Options, text, textList } from './input.ts';
import { print, wantsColor, writeText } from './output.ts';

/** `gw diff <base> [head]`: what a change of the documents does to traffic, policies and contracts. */
export async function diff(sides: readonly string[], options: Options): Promise<number> {
  const [base, head, ...more] = sides;
  if (base === undefined || more.length > 0)
    throw new GwError(
      'ERR_GW_USAGE',
      'gw diff compares two sides',
      'Name the base, and the head unless it is the current folder.',
    );
  const [config, ...others] = textList(options, 'config');
  if (others.length > 0) throw new GwError('ERR_GW_USAGE', 'gw diff compares one gateway', 'Name one gateway file with -c.');
  const now = dateOf(text(options, 'now')) ?? new Date().toISOString().slice(0, 10);
  const targets = parseTargets(textList(options, 'format'));
  const diffing: DiffOptions = { nowMs: Date.parse(now), failOn: failOn(text(options, 'failOn')) };
  using opened = openSides(base, head, { upstream: NO_UPSTREAM, ...(config === undefined ? {} : { config }) });
  const [before, after]: readonly [RouteTable, RouteTable] = [routeTable(opened.base, { now }), routeTable(opened.head, { now })];
  const report = diffTables(before, after, diffing);
  for (const { format, file } of targets) {
    const written = await writeDiff(report, format, {
      color: file === undefined && wantsColor(process.stdout),
      docs: options.docs === true,
    });
    if (file === undefined) await print(written);
    else writeText(file, written);
  }
  return report.failed ? 1 : 0;
}

function failOn(written: string | undefined): DiffOptions['failOn'] {
  if (written === undefined) return failOnByDefault;
  const read = readFailOn(written);
  if (read === undefined)
    throw new GwError(
      'ERR_GW_USAGE',
      `--fail-on ${written} names no verdict`,
      'Verdicts are conflict, weakened, breaking, potential, compatible; or none.',
    );
  return read;
}

/** `text`, `json=out.json`; text to standard output when nothing is said. */
function parseTargets(values: readonly string[]): readonly { readonly format: Format; readonly file?: string }[] {
  const targets = values.map((value) => {
    const [name = '', ...rest] = value.split('=');
    const format = formats.find((known) => known === name);
    if (format === undefined)
      throw new GwError('ERR_GW_USAGE', `There is no format ${name}`, `Formats of gw diff are ${formats.join(', ')}.`);
    return rest.length === 0 ? { format } : { format, file: rest.join('=') };
  });
  return targets.length === 0 ? [{ format: 'text' }] : targets;
}
