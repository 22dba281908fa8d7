import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../lint/catalogue.ts';
import type { Rule } from '../lint/rule.ts';
import { ruleById } from '../lint/settings.ts';
import { member } from '../load/pointer.ts';
import { packageRoot } from '../package-root.ts';
import { printable } from '../report/escape.ts';
import type { Options } from './input.ts';
import { print } from './output.ts';

/** `gw rules`: all rules, or one of them: what it checks, why, and how to mend a finding. */
export async function rules(id: string | undefined, options: Options): Promise<number> {
  const chosen = id === undefined ? catalogue : [ruleById(id)];
  if (options.json === true) await print(`${JSON.stringify(chosen, null, 2)}\n`);
  else await print(id === undefined ? table(catalogue) : chosen.map(page).join('\n'));
  return 0;
}

function table(all: readonly Rule[]): string {
  const sorted = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const width = Math.max(...sorted.map(({ id }) => id.length));
  return `${sorted.map(({ id, severity, presets, summary }) => `${id.padEnd(width)}  ${severity.padEnd(5)}  ${presets.includes('serve') ? 'serve' : '     '}  ${summary}`).join('\n')}\n`;
}

function page({
  id,
  severity,
  locked,
  presets,
  summary,
  why,
  fix,
  source,
  options,
}: Omit<Rule, 'create' | 'reportedBy'>): string {
  const weight = `${severity}, in ${presets.join(' and ')}${locked === true ? ', locked: only a suppression in the gateway file silences it' : ''}`;
  return `${id}  (${weight})\n\n  ${summary}\n\n  Why:    ${why}\n  Fix:    ${fix}\n  Source: ${source}\n${exampleText(id)}${optionsText(id, options)}`;
}

/** A document that breaks the rule, with what is said about it: a fixture of the rule. */
function exampleText(id: string): string {
  const examples: unknown = JSON.parse(readFileSync(join(packageRoot, 'templates/schemas/rule-examples.json'), 'utf8'));
  const example = member(examples, id);
  if (typeof example !== 'string') return '';
  return `\n  Example:\n\n${example
    .split('\n')
    .map((line) => `    ${printable(line)}`)
    .join('\n')}\n`;
}

function optionsText(id: string, options: Rule['options']): string {
  if (options === undefined) return '';
  const written = JSON.stringify(options.defaults);
  return `\n  Options, as they are where nothing is written:\n\n    lint:\n      rules:\n        ${id}: [warn, ${written}]\n`;
}
