import type { PolicyFactory, Reply } from '../../contract.ts';
import { refusal } from './call.ts';
import type { Staff } from './staff.ts';
import type { AdminPrincipal, AdminTokens } from './tokens.ts';

/** Who may ask. */
export interface Operators {
  readonly tokens: AdminTokens;
  /** Undefined: tokens of an issuer are not taken. */
  readonly staff: Staff | undefined;
}

const CHALLENGE: readonly [string, string] = ['www-authenticate', 'Bearer realm="admin"'];

/**
 * AD-2: a token of the gateway file or of the environment, else one of the issuer of the staff. Fails closed.
 *
 * @param wanted scopes; null: anybody may ask
 * @param found hears who it is
 */
export function authenticate(
  { tokens, staff }: Operators,
  wanted: readonly string[] | null,
  found: (exchange: object, principal: AdminPrincipal) => void,
): PolicyFactory<never> {
  return (_options, env) => {
    const slot = env.headerSlot('authorization');
    return (exchange): Reply | undefined | Promise<Reply | undefined> => {
      if (wanted === null) return undefined;
      const token = /^Bearer ([!-~]+)$/i.exec(exchange.header(slot) ?? '')?.[1];
      if (token === undefined) return unauthorized;
      const judge = (principal: AdminPrincipal | 'away' | undefined): Reply | undefined => {
        if (principal === 'away') return issuerAway;
        if (principal === undefined) return tokens.failed(exchange.clientAddress) ? tooMany : unauthorized;
        const missing = wanted.filter((scope) => principal.scopes !== undefined && !principal.scopes.includes(scope));
        if (missing.length > 0) {
          return refusal(403, 'insufficient-scope', 'Forbidden', 'The token is not allowed to do this.', { scopes: missing });
        }
        found(exchange, principal);
        return undefined;
      };
      const known = tokens.find(token);
      if (known !== undefined || staff === undefined) return judge(known);
      const verified = staff(token, exchange);
      return verified instanceof Promise ? verified.then(judge) : judge(verified);
    };
  };
}

const unauthorized: Reply = {
  ...refusal(401, 'unauthorized', 'Unauthorized', 'Send a token of the admin listener: Authorization: Bearer …'),
  headers: [CHALLENGE],
};

const tooMany: Reply = {
  ...refusal(429, 'too-many-failures', 'Too Many Requests', 'Too many wrong tokens; wait a minute.'),
  headers: [['retry-after', '60']],
};

const issuerAway: Reply = {
  ...refusal(503, 'issuer-away', 'Service Unavailable', 'The token cannot be verified at the moment.'),
  headers: [['retry-after', '5']],
};
