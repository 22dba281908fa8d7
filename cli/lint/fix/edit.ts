import type { Json } from '../../plan/ir.ts';

/** One change of a document that mends a finding. Pointers are those of the text before any change. */
export type Edit =
  | { readonly do: 'rename'; readonly file: string; readonly pointer: string; readonly key: string }
  | { readonly do: 'replace'; readonly file: string; readonly pointer: string; readonly value: Json }
  /** Takes a member or an item away; what holds nothing else goes with it, where `cascade` says so. */
  | { readonly do: 'remove'; readonly file: string; readonly pointer: string; readonly cascade?: true }
  /** Adds an item at the end of the list `key` of a map, and the list where it is missing. */
  | { readonly do: 'append'; readonly file: string; readonly pointer: string; readonly key: string; readonly item: Json }
  /** Takes a comment away. Offsets count UTF-16 code units. */
  | { readonly do: 'erase'; readonly file: string; readonly start: number; readonly end: number };
