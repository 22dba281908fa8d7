import { describe, expect, it } from 'vitest';
import { hashOf, newKey, partsOf, pepperIdOf } from '../../../cli/keys/api-key.ts';
import { hashSecret, newApiKey, pepperId, readApiKey } from '../../../runtime/host/auth/api-key-format.ts';

describe('keys of the command line and of the gateway', () => {
  it('are the same', () => {
    for (let index = 0; index < 50; index += 1) {
      const made = newKey('test');
      expect(readApiKey(made.text)).toEqual({ id: made.id, secret: made.secret });
      const theirs = newApiKey('live');
      expect(partsOf(theirs.text)).toEqual({ id: theirs.id, secret: theirs.secret });
    }
    expect(hashOf('secret', 'pepper')).toBe(hashSecret('secret', 'pepper'));
    expect([pepperIdOf('pepper'), pepperIdOf('')]).toEqual([pepperId('pepper'), undefined]);
  });

  it('do not survive a typing error (AK-1)', () => {
    const { text } = newKey('test');
    for (let index = 0; index < text.length; index += 1) {
      const other = text[index] === 'x' ? 'y' : 'x';
      const mistyped = text.slice(0, index) + other + text.slice(index + 1);
      expect([readApiKey(mistyped), partsOf(mistyped)]).toEqual([undefined, undefined]);
    }
  });
});
