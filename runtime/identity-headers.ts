/** Exact names of header fields that say who calls, lower case. Only the gateway may write them (ID-2). */
const NAMES: ReadonlySet<string> = new Set(['x-user-id', 'x-user-roles', 'x-roles', 'x-tenant-id']);
const PREFIXES: readonly string[] = ['x-consumer-', 'x-auth-', 'x-gw-'];

/**
 * Whether services believe a field of this name when it says who calls: none that a client has sent reaches them. Spellings with `_`,
 * which some services take for `-`, are dropped for their name alone.
 *
 * @param name lower case
 * @param peerTrusted whether the peer is a proxy that may pass on the certificate of its client (MT-3)
 */
export function isIdentityHeader(name: string, peerTrusted: boolean): boolean {
  const first = name.charCodeAt(0);
  if (first === X) {
    if (name === 'x-forwarded-client-cert') return !peerTrusted;
    return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
  }
  return first === C && !peerTrusted && name.startsWith('client-cert');
}

const X = 0x78;
const C = 0x63;
