import type { KeyObject } from 'node:crypto';
import { compactVerify, SignJWT } from 'jose';
import type { JwsDriver } from '../drivers.ts';

/** Signatures by jose. Only tokens that nobody remembers reach it. */
export const jws: JwsDriver = {
  async verify(token: string, key: KeyObject, algorithms: readonly string[]): Promise<boolean> {
    try {
      await compactVerify(token, key, { algorithms: [...algorithms] });
      return true;
    } catch {
      // Also a key that nothing can be verified with: whose it is, did not sign.
      return false;
    }
  },
  sign: (claims, { alg, kid, typ }, key) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }), ...(typ === undefined ? {} : { typ }) })
      .sign(key),
};
