import type { ResponsePolicyFactory } from '../contract.ts';

/** The cookie that keeps a browser with one upstream of a split. */
const NAME = '__gw_split';

/** Gives a browser that has no such cookie one for thirty days: the id of the request that it was assigned by (RT-11). */
export const splitCookie: ResponsePolicyFactory<unknown> = (_options, env) => {
  const cookieSlot = env.headerSlot('cookie');
  return (exchange, head) => {
    if (splitCookieOf(exchange.header(cookieSlot)) !== undefined) return;
    const secure = exchange.scheme === 'https' ? '; Secure' : '';
    head.append('set-cookie', `${NAME}=${exchange.requestId}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax${secure}`);
  };
};

/** Value of the cookie in a header `Cookie`; undefined without one. */
export function splitCookieOf(header: string | undefined): string | undefined {
  if (header === undefined || !header.includes(NAME)) return undefined;
  for (const pair of header.split(';')) {
    const [name = '', value = ''] = pair.split('=');
    if (name.trim() === NAME && value !== '') return value.trim();
  }
  return undefined;
}
