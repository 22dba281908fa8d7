/** Longer texts are not kept. */
const LONGEST = 64;
/** Texts that are kept; then all are forgotten. What a client can fill must have an end, and must not stay full. */
const MOST = 1_024;

/**
 * A function of short texts that come over and over, such as names of header fields: it is called once for each, and what it has made is
 * kept, with a copy of the text: a piece of a head would keep the whole of it.
 */
export function remembered<T extends NonNullable<unknown>>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (text.length > LONGEST) return make(text);
    if (known.size >= MOST) known.clear();
    const copy = copied(text);
    const made = make(copy);
    known.set(copy, made);
    return made;
  };
}

/** @param text latin1 */
function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** The name of a field in lower case. */
export const lowerName: (name: string) => string = remembered((name) => name.toLowerCase());
