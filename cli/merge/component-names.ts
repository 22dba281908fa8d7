/** Names for components: one for what is the same, several for what shares a name only. */
import { type Component, meaningOf } from './draft.ts';
import { compareText } from './order.ts';

/** Rounds of telling components apart by what they refer to; real documents need fewer than ten. */
const maxRounds = 64;

/** Components of one name: the classes of those that mean the same. */
export interface NameGroup {
  readonly baseName: string;
  readonly classes: readonly (readonly Component[])[];
}

/** Groups components by section and name, and within that by what they mean, all sorted by file and place. */
export function groupByName(components: readonly Component[]): readonly NameGroup[] {
  const sorted = [...components].sort(compareComponents);
  const groups = [...Map.groupBy(sorted, ({ section, baseName }) => `${section} ${baseName}`).values()];
  const classOf = groups.some((members) => members.length > 1) ? classesOf(sorted) : new Map<Component, number>();
  return groups.map((members) => ({
    baseName: members[0]?.baseName ?? '',
    classes: [...Map.groupBy(members, (component) => classOf.get(component)).values()],
  }));
}

function compareComponents(a: Component, b: Component): number {
  return (
    compareText(a.section, b.section) ||
    compareText(a.baseName, b.baseName) ||
    compareText(a.file, b.file) ||
    compareText(a.pointer, b.pointer)
  );
}

/**
 * Numbers components so that two have one number if, and only if, they say the same, whatever they refer to included: partition
 * refinement, a class is split as long as its members refer to different classes.
 */
function classesOf(components: readonly Component[]): ReadonlyMap<Component, number> {
  const meanings = components.map((component) => ({ component, ...meaningOf(component.draft) }));
  let classes = numbered(meanings.map(({ component, text }) => [component, `${component.section} ${text}`]));
  for (let round = 0; round < maxRounds; round++) {
    const known = classes;
    const refined = numbered(
      meanings.map(({ component, references }) => [
        component,
        [component, ...references].map((one) => known.get(one) ?? '').join(),
      ]),
    );
    if (count(refined) === count(classes)) return classes;
    classes = refined;
  }
  // Longer chains of differences than any document has: nothing is taken for the same.
  return new Map(components.map((component, index) => [component, index]));
}

function numbered(entries: readonly (readonly [Component, string])[]): Map<Component, number> {
  const numbers = new Map<string, number>();
  return new Map(
    entries.map(([component, key]) => {
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return [component, number];
    }),
  );
}

function count(classes: ReadonlyMap<Component, number>): number {
  return new Set(classes.values()).size;
}

/**
 * Names all components. What is the same gets one name. Of different ones that share a name each is prefixed, unless only one of them is
 * declared under it by a document.
 *
 * @param prefixOf by file
 * @returns one component for each name, sorted by name
 */
export function nameComponents(components: readonly Component[], prefixOf: (file: string) => string): readonly Component[] {
  const taken = new Set<string>();
  const written: Component[] = [];
  const name = (members: readonly Component[], wanted: string): void => {
    for (const component of members) component.name = wanted;
    const [first] = members;
    if (first === undefined) return;
    taken.add(`${first.section} ${wanted}`);
    written.push(first);
  };
  const later: { readonly members: readonly Component[]; readonly wanted: string }[] = [];
  for (const { baseName, classes } of groupByName(components)) {
    const declared = classes.filter((members) => members.some(({ isDeclared }) => isDeclared));
    const plain = classes.length === 1 ? classes[0] : declared.length === 1 ? declared[0] : undefined;
    for (const members of classes) {
      if (members === plain) name(members, baseName);
      else later.push({ members, wanted: `${prefixOf(members[0]?.file ?? '')}_${baseName}` });
    }
  }
  for (const { members, wanted } of later) {
    const section = members[0]?.section ?? '';
    let free = wanted;
    for (let number = 2; taken.has(`${section} ${free}`); number++) free = `${wanted}_${number}`;
    name(members, free);
  }
  return written.sort((a, b) => compareText(a.section, b.section) || compareText(a.name, b.name));
}

/** `team-orders` as `TeamOrders`. */
export function pascalCase(text: string): string {
  return text.replaceAll(/(^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_match, _gap, letter: string) => letter.toUpperCase());
}
