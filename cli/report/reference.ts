import { catalogue } from '../lint/catalogue.ts';
import type { Key } from '../plan/key.ts';
import { reserved, vocabulary } from '../plan/vocabulary.ts';

/** The text of REFERENCE.md: the vocabulary of `x-gateway` and the rules, from the code that they are made of. */
export function reference(): string {
  return `# Reference

Written by \`npm run generate\` from the vocabulary (\`cli/policies\`) and the rules (\`cli/lint/rules\`).

## Keys of \`x-gateway\`

Durations are written \`250ms 3s 1m 1h 1d\`, sizes \`512B 64KiB 1MiB\`. R: document root, P: path item, O: operation. A key with a dot is a
member of a group and inherited by itself; every other key is replaced whole by the nearest level. \`null\` removes an inherited value.

| key | levels | what it says |
|---|---|---|
${vocabulary.map(keyRow).join('\n')}

Known and not yet supported: ${reserved.map((name) => `\`${name}\``).join(', ')}.

## Rules

The preset \`serve\` (●) is what \`gw build\` insists on. A locked rule is silenced only by the platform team, in \`lint.suppress\` of the
gateway file, with a reason. Any other is accepted in a document too, at the object or the line it concerns, until the day if there is one:
\`x-gw-ignore: [{ rule: spec/status-code, reason: clients know it so, until: 2027-01-31 }]\`, or above a line of YAML
\`# gw-ignore-next-line spec/status-code until 2027-01-31 -- clients know it so\`. \`gw rules <id>\` says why a rule is there and how to mend a finding.

| rule | severity | serve | locked | what must hold |
|---|---|---|---|---|
${catalogue.map((rule) => `| ${rule.id} | ${rule.severity} | ${rule.presets.includes('serve') ? '●' : ''} | ${rule.locked ? 'locked' : ''} | ${cell(rule.summary)} |`).join('\n')}
`;
}

function keyRow({ key, levels, summary }: Key): string {
  return `| \`${key}\` | ${levels.map((level) => level.charAt(0).toUpperCase()).join(' ')} | ${cell(summary)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
