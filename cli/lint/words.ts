/** The words of a name in any casing, lower case: `getUserOrders`, `get_user-orders` and `GetUserOrders` are three words each. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** What a word may hold behind its first letter: letters of scripts that have no case count as small ones. */
const SMALL = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}\p{N}]`;

function casing(pattern: string, write: (words: readonly string[]) => string): Casing {
  return { pattern: new RegExp(`^${pattern}$`, 'u'), write };
}

interface Casing {
  readonly pattern: RegExp;
  readonly write: (words: readonly string[]) => string;
}

/** Ways to write a name of several words. */
export const casings = {
  kebab: casing(`${SMALL}+(?:-${SMALL}+)*`, (words) => words.join('-')),
  snake: casing(`${SMALL}+(?:_${SMALL}+)*`, (words) => words.join('_')),
  camel: casing(`${SMALL}+(?:\\p{Lu}${SMALL}*)*`, (words) =>
    words.map((word, index) => (index === 0 ? word : capital(word))).join(''),
  ),
  pascal: casing(`(?:\\p{Lu}${SMALL}*)+`, (words) => words.map(capital).join('')),
  lower: casing(`${SMALL}+`, (words) => words.join('')),
} as const satisfies Record<string, Casing>;

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
