/**
 * Whether a header says who calls: then only the gateway writes it (ID-2), and what a client sends under that name is neither passed on, nor
 * checked, nor decided by. The run half is `runtime/identity-headers.ts`; a test holds the two together.
 *
 * @param name in any case
 */
export function saysWhoCalls(name: string): boolean {
  return IDENTITY.test(name.replaceAll('_', '-'));
}

const IDENTITY =
  /^(?:x-user-id|x-user-roles|x-roles|x-tenant-id|x-forwarded-client-cert|(?:x-consumer-|x-auth-|x-gw-|client-cert).*)$/i;
