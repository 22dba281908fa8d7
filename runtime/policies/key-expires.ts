import type { ResponsePolicyFactory } from '../contract.ts';

/** Tells whoever calls with an API key that ends when it does: it was rotated, or was made for some time (AK-4). A date as that of `Sunset`. */
export const keyExpires: ResponsePolicyFactory<Readonly<Record<string, never>>> = () => {
  return ({ identity }, head) => {
    if (identity?.apiKeyEnds !== undefined) head.set('x-gw-key-expires', identity.apiKeyEnds);
  };
};
