import { everydayYaml } from '../../cli/load/everyday-yaml.ts';
import type { Content } from '../../cli/load/parsed.ts';
import { escapeToken } from '../../cli/load/pointer.ts';
import { parseAnyYaml } from '../../cli/load/yaml.ts';

/**
 * What both readers of YAML say of a text, values and places; both undefined when the everyday one leaves it to the library.
 *
 * @param every of how many values the place of one is asked for
 */
export function everydayAndLibrary(text: string, every = 1): readonly [everyday: unknown, library: unknown] {
  const everyday = everydayYaml(text);
  if (everyday === undefined) return [undefined, undefined];
  const { content, mistakes } = parseAnyYaml(text);
  return [said(everyday, every), content === undefined || mistakes.length > 0 ? mistakes : said(content, every)];
}

/** Values in their order, and where each key and value stands, those of missing members too. */
function said({ value, spans }: Content, every: number): unknown {
  const pointers = [...[...pointersOf(value)].filter((_, index) => index % every === 0), '/no/such', '/info/no', '/servers/0/no'];
  const places = pointers.flatMap((pointer) => [
    { pointer, part: 'key' as const },
    { pointer, part: 'value' as const },
  ]);
  return [JSON.stringify(value), value, spans(places)];
}

function* pointersOf(value: unknown, pointer = ''): Generator<string> {
  yield pointer;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* pointersOf(member, `${pointer}/${escapeToken(key)}`);
}
