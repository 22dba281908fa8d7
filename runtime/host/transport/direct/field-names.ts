import type { HeaderSlots } from '../../../header-slots.ts';

/** Fields that the transport itself reads, besides those with a slot. */
const OWN: readonly string[] = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
  'upgrade',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-request-id',
];
/** Names of this length and longer share their shapes. */
const LONGEST = 63;

/** A field name that somebody reads. */
export interface KnownField {
  /** Lower case. */
  readonly name: string;
  /** -1 = only the transport reads it. */
  readonly slot: number;
}

/**
 * The field names that somebody reads: the transport's own and those of the bundle. Most fields of a request are read by nobody; they
 * are told by the length and the first letter of their name, without making a string.
 */
export class FieldNames {
  readonly #headerSlots: HeaderSlots;
  #fields = new Map<string, KnownField>();
  /** 1 where some known name has that length and first letter. */
  #shapes = new Uint8Array(0);
  /** How many slots the table was made for. */
  #size = -1;

  constructor(headerSlots: HeaderSlots) {
    this.#headerSlots = headerSlots;
  }

  /** Takes in the slots that a generation has added. Returns how many there are. */
  refresh(): number {
    const { size } = this.#headerSlots;
    if (size !== this.#size) this.#rebuild(size);
    return size;
  }

  /** The field whose name stands in `text` from `start` to `end`, in any case; undefined when nobody reads it. */
  find(text: string, start: number, end: number): KnownField | undefined {
    const length = end - start;
    if (this.#shapes[shape(length, text.charCodeAt(start))] !== 1) return undefined;
    const name = text.slice(start, end);
    return this.#fields.get(name) ?? this.#fields.get(name.toLowerCase());
  }

  #rebuild(size: number): void {
    const slots = this.#headerSlots;
    this.#fields = new Map();
    this.#shapes = new Uint8Array((LONGEST + 1) * 32);
    this.#size = size;
    for (const name of new Set([...OWN, ...slots.names()])) {
      const field: KnownField = { name, slot: slots.find(name) ?? -1 };
      this.#fields.set(name, field);
      this.#fields.set(titleCase(name), field);
      this.#shapes[shape(name.length, name.charCodeAt(0))] = 1;
    }
  }
}

/** The same for upper and lower case; other characters may collide, which costs a look and nothing else. */
function shape(length: number, first: number): number {
  return Math.min(length, LONGEST) * 32 + (first & 31);
}

/** `Content-Length`: as most clients write it. */
function titleCase(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
