/** A hash as argon2id writes it. */
export interface Argon2Hash {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  /** Base64 without padding. */
  readonly salt: string;
  readonly tag: string;
}

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>` */
const FORM = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{16,})$/;

/** @returns undefined for what is none */
export function argon2Hash(text: string): Argon2Hash | undefined {
  const [, memory, passes, parallelism, salt, tag] = FORM.exec(text) ?? [];
  if (salt === undefined || tag === undefined || Number(parallelism) < 1) return undefined;
  return { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism), salt, tag };
}
