import type { Diagnostic } from '../diagnostics.ts';
import { invariant } from '../errors.ts';
import type { Api } from '../resolve/api.ts';
import { groupByName } from './component-names.ts';
import { from } from './document-findings.ts';
import { type Component, meaningOf } from './draft.ts';
import type { Merged } from './merged.ts';
import { declaredComponents } from './write.ts';

/**
 * Components that share a name and say different things, or the same. Never an error: both are published, under other names, or once.
 * Security schemes are judged by themselves.
 */
export function componentFindings(merged: Pick<Merged, 'apis' | 'namespaces'>): readonly Diagnostic[] {
  if (merged.apis.length < 2) return [];
  const { components, prefixOf } = declaredComponents(merged);
  const groups = groupByName(components.filter(({ isDeclared, section }) => isDeclared && section !== 'securitySchemes'));
  return groups.flatMap(({ baseName, classes }) => {
    const members = classes.flatMap((same) => same.slice(0, 1));
    // What differs only in what it refers to follows from a finding about that.
    const texts = new Set(members.map(({ draft }) => meaningOf(draft).text));
    return texts.size < 2 ? [] : [collision(baseName, members, merged.apis, prefixOf)];
  });
}

/** One finding a name, however many documents share it. */
function collision(
  name: string,
  members: readonly Component[],
  apis: readonly Api[],
  prefixOf: (file: string) => string,
): Diagnostic {
  const [first, other] = members;
  invariant(first !== undefined && other !== undefined, 'a collision has two sides');
  const whose = ({ file }: Component): string => {
    const api = apis.find(({ document }) => document.file === file);
    return api === undefined ? file : from(api);
  };
  const names = members.map(({ file }) => `${prefixOf(file)}_${name}`);
  const shown = names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(' and ');
  return {
    rule: 'merge/component-collision',
    severity: 'warn',
    message: `components/${first.section}/${name} of ${whose(other)} differs from that of ${whose(first)}; they are published as ${shown}`,
    hint: 'Rename one of them, or let both refer to one shared file.',
    at: { file: other.file, pointer: other.pointer, part: 'key' },
    related: [first, ...members.slice(2, 8)].map((one) => ({
      at: { file: one.file, pointer: one.pointer, part: 'key' as const },
      message: `components/${one.section}/${name} of ${whose(one)}`,
    })),
  };
}
