import crypto, { timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcryptjs';
import type { PasswordDriver } from '../drivers.ts';
import { argon2Hash } from './argon2-hash.ts';

/** Compares passwords with their hashes: bcrypt here, argon2id by Node where it can (24.7 and later). */
export const passwords: PasswordDriver = {
  async matches(password: string, hash: string): Promise<boolean> {
    return hash.startsWith('$argon2id$') ? await matchesArgon2(password, hash) : await bcrypt.compare(password, hash);
  },
};

async function matchesArgon2(password: string, hash: string): Promise<boolean> {
  const read = argon2Hash(hash);
  if (read === undefined) return false;
  const { memory, passes, parallelism, salt, tag } = read;
  const expected = Buffer.from(tag, 'base64');
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parameters = {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    parallelism,
    tagLength: expected.length,
    memory,
    passes,
  };
  // An older Node has no such function, whatever the types say.
  if (!('argon2' in crypto)) throw new Error('argon2id needs Node 24.7 or later.');
  crypto.argon2('argon2id', parameters, (error, derived) => (error === null ? resolve(derived) : reject(error)));
  const actual = await promise;
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
