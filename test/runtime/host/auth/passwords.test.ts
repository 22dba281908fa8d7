import { argon2Sync } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../../runtime/host/auth/file-kinds.ts';
import { passwords } from '../../../../runtime/host/auth/passwords.ts';

const nonce = Buffer.from('salt of sixteen.');
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** As the tools of argon2 write it. */
function argon2id(message: string, memory: number, passes: number): string {
  const tag = argon2Sync('argon2id', { message, nonce, memory, passes, parallelism: 1, tagLength: 32 });
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(nonce)}$${base64(tag)}`;
}

function problemOf(hash: string): string | undefined {
  try {
    parseFile('users', 'users.json', JSON.stringify({ users: [{ name: 'ann', hash }] }));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('passwords (BA-1)', () => {
  it('are compared with argon2id and with bcrypt', async () => {
    for (const hash of [argon2id('s3cret', 19_456, 2), await bcrypt.hash('s3cret', 10)]) {
      expect([await passwords.matches('s3cret', hash), await passwords.matches('S3cret', hash)]).toEqual([true, false]);
    }
    expect(await passwords.matches('s3cret', '$argon2id$v=19$m=1,t=1,p=0$x$y')).toBe(false);
  });

  it('are kept in strong hashes only', async () => {
    expect([argon2id('x', 19_456, 2), await bcrypt.hash('x', 10)].map(problemOf)).toEqual([undefined, undefined]);
    expect(problemOf(argon2id('x', 8_192, 2))).toContain('argon2id needs at least');
    expect(problemOf(argon2id('x', 19_456, 1))).toContain('argon2id needs at least');
    expect(problemOf(argon2id('x', 19_456, 2).replace('m=19456', 'm=99999999'))).toContain('at most 1 GiB');
    expect(problemOf('$argon2id$nonsense')).toContain('argon2id needs at least');
    expect(problemOf(await bcrypt.hash('x', 9))).toContain('less than 10');
    for (const hash of ['s3cret', '', '5f4dcc3b5aa765d61d8327deb882cf99', '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g='])
      expect(problemOf(hash)).toContain('neither bcrypt nor argon2id');
  });
});
