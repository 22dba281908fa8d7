import type { Reply } from '../../contract.ts';
import type { JwtSpec } from '../../verifier-spec.ts';
import { discover } from '../auth/discovery.ts';
import { fetchJson } from '../auth/fetch-json.ts';
import { isFields } from '../auth/token-parts.ts';
import type { Gateway } from '../gateway.ts';
import { type AdminCall, ok, refusal } from './call.ts';
import { MinuteFailures } from './failures.ts';

const TIMEOUT_MS = 5_000;
/** What is asked for in the name of the client, as the issuer knows it (RFC 6749 §4.4, §6; RFC 8707). */
const FIELDS = ['scope', 'resource', 'audience', 'refresh_token'] as const;

const failures = new MinuteFailures(() => performance.now());

/**
 * CC-3: a token of the issuer for the credentials of a client, as the issuer gives it. The gateway makes none, keeps none, and knows no
 * passwords of people (RFC 9700 §2.4).
 */
export async function issueToken({ gateway, exchange, body }: AdminCall): Promise<Reply> {
  const { clientAddress } = exchange;
  if (failures.tooMany(clientAddress)) return tooMany;
  const issuer = issuerOf(gateway, textOf(body, 'binding'));
  if (typeof issuer !== 'string') return issuer;
  const answer = await ask(issuer, body).catch(() => undefined);
  if (answer === undefined || answer.status >= 500) {
    return refusal(503, 'issuer-away', 'Service Unavailable', 'The issuer does not answer.');
  }
  if (answer.status === 200 && isFields(answer.value)) return ok(answer.value);
  const error = isFields(answer.value) && typeof answer.value.error === 'string' ? answer.value.error : 'invalid_request';
  if (error === 'invalid_client' || error === 'invalid_grant') {
    if (failures.add(clientAddress)) return tooMany;
    return refusal(401, 'wrong-credentials', 'Unauthorized', 'The issuer does not take these credentials.', { error });
  }
  return refusal(400, 'refused', 'Bad Request', 'The issuer gives no token for this.', { error });
}

const tooMany: Reply = {
  ...refusal(429, 'too-many-failures', 'Too Many Requests', 'Too many wrong credentials; wait a minute.'),
  headers: [['retry-after', '60']],
};

/** The issuer of the binding that is named, or of the only one. */
function issuerOf(gateway: Gateway, name: string | undefined): string | Reply {
  const bindings = (gateway.bundle.parts.gateway.security ?? []).filter((spec): spec is JwtSpec => spec.type === 'jwt');
  const issuers = new Set(
    bindings.filter((spec) => name === undefined || spec.name === name).map(({ issuer }) => gateway.resolve(issuer)),
  );
  const [issuer, another] = issuers;
  if (issuer === undefined) {
    return refusal(
      404,
      'not-found',
      'Not Found',
      name === undefined ? 'No binding has an issuer.' : `There is no binding ${name}.`,
    );
  }
  if (another === undefined) return issuer;
  const names = bindings.map((spec) => spec.name).join(', ');
  return refusal(422, 'which-binding', 'Unprocessable Content', `Say of which binding: ${names}.`);
}

async function ask(issuer: string, body: unknown): ReturnType<typeof fetchJson> {
  const fields = new URLSearchParams({ grant_type: textOf(body, 'grant_type') ?? 'client_credentials' });
  for (const name of FIELDS) {
    const value = textOf(body, name);
    if (value !== undefined) fields.set(name, value);
  }
  return await fetchJson({
    url: await discover(issuer, 'token_endpoint', fetchJson),
    method: 'POST',
    headers: {
      authorization: `Basic ${basic(textOf(body, 'client_id') ?? '', textOf(body, 'client_secret') ?? '')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: fields.toString(),
    timeoutMs: TIMEOUT_MS,
  });
}

/** RFC 6749 §2.3.1: both as in a form. */
function basic(id: string, secret: string): string {
  const [user, password] = [id, secret].map((text) => new URLSearchParams({ '': text }).toString().slice(1));
  return Buffer.from(`${user}:${password}`).toString('base64');
}

function textOf(body: unknown, name: string): string | undefined {
  const value = isFields(body) && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
