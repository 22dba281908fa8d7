/** The words of a name in any casing, lower case: `getUserOrders`, `get_user-orders` and `GetUserOrders` are three words each. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** Ways to write a name of several words. */
export const casings = {
  kebab: { pattern: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, write: (words: readonly string[]) => words.join('-') },
  snake: { pattern: /^[a-z0-9]+(?:_[a-z0-9]+)*$/, write: (words: readonly string[]) => words.join('_') },
  camel: {
    pattern: /^[a-z0-9]+(?:[A-Z][a-z0-9]*)*$/,
    write: (words: readonly string[]) => words.map((word, index) => (index === 0 ? word : capital(word))).join(''),
  },
  pascal: { pattern: /^(?:[A-Z][a-z0-9]*)+$/, write: (words: readonly string[]) => words.map(capital).join('') },
  lower: { pattern: /^[a-z0-9]+$/, write: (words: readonly string[]) => words.join('') },
} as const;

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
