import type { Reply } from '../../contract.ts';
import { REVOKED, type Revocations } from '../auth/revocations.ts';
import { isFields } from '../auth/token-parts.ts';
import { type AdminCall, done, ok, refusal } from './call.ts';

type Claim = keyof Revocations;
type Entries = Readonly<Record<string, number>>;

/** One token or one session, until it would have ended anyway. */
const SINGLE: readonly Claim[] = ['jti', 'sid'];
/** All that was issued to somebody until an instant. */
const ALL_OF: readonly Claim[] = ['sub', 'client_id'];
const CLAIMS = [...SINGLE, ...ALL_OF];
/** Every request is compared with these, so there is an end to them. */
const MOST = 10_000;
/** 9999-12-31: until it is taken back. */
const FOREVER = 253_402_300_799;

/** What is revoked at the moment. */
export function listRevoked({ gateway }: AdminCall): Reply {
  const revoked = revocationsOf(gateway.operators.get(REVOKED));
  return ok({
    revoked: CLAIMS.flatMap((claim) => Object.entries(revoked[claim] ?? {}).map(([value, at]) => shown(claim, value, at))),
  });
}

/** JW-8: refuses a token, the tokens of a session, or all that a user or client has been given so far; on every thread, at once. */
export async function revokeTokens({ gateway, body }: AdminCall): Promise<Reply> {
  const given = CLAIMS.filter((claim) => textOf(body, claim) !== undefined);
  const [claim] = given;
  if (claim === undefined || given.length > 1) return invalid(`Say one of ${CLAIMS.join(', ')}.`);
  const value = textOf(body, claim) ?? '';
  const [until, before] = [textOf(body, 'until'), textOf(body, 'before')];
  const isSingle = SINGLE.includes(claim);
  if (isSingle && before !== undefined) return invalid(`before is for ${ALL_OF.join(' and ')}; of ${claim} say until.`);
  if (!isSingle && until !== undefined) return invalid(`until is for ${SINGLE.join(' and ')}; of ${claim} say before.`);
  const at = isSingle ? (until === undefined ? FOREVER : secondsOf(until)) : secondsOf(before);
  const revoked = revocationsOf(gateway.operators.get(REVOKED));
  if (Object.keys(revoked[claim] ?? {}).length >= MOST) {
    return refusal(409, 'too-many', 'Conflict', `${MOST} values of ${claim} are revoked; take some back first.`);
  }
  await gateway.operators.change(REVOKED, (now) => {
    const known = revocationsOf(now);
    // Whoever is revoked twice stays revoked for the longer time.
    return { ...known, [claim]: withEntry(known[claim], value, Math.max(at, own(known[claim], value) ?? 0)) };
  });
  return ok(shown(claim, value, at));
}

export async function restoreTokens({ gateway, path }: AdminCall): Promise<Reply> {
  const [claim, value] = [CLAIMS.find((one) => one === path(0)), path(1)];
  if (claim === undefined) return refusal(404, 'not-found', 'Not Found', `There is no claim '${path(0)}': ${CLAIMS.join(', ')}.`);
  await gateway.operators.change(REVOKED, (now) => {
    const known = revocationsOf(now);
    const left = { ...known, [claim]: without(known[claim], value) };
    return CLAIMS.every((one) => Object.keys(left[one] ?? {}).length === 0) ? undefined : left;
  });
  return done;
}

/** Without the tokens that have ended. */
function revocationsOf(value: unknown): Revocations {
  const now = Date.now() / 1_000;
  const entries = (claim: Claim): Entries => {
    const known = isFields(value) ? value[claim] : undefined;
    const pairs = isFields(known) ? Object.entries(known).map(([name, at]) => [name, Number(at)] as const) : [];
    return Object.fromEntries(SINGLE.includes(claim) ? pairs.filter(([, at]) => at > now) : pairs);
  };
  return Object.fromEntries(CLAIMS.map((claim) => [claim, entries(claim)]));
}

function withEntry(entries: Entries | undefined, value: string, at: number): Entries {
  return Object.fromEntries([...Object.entries(entries ?? {}), [value, at]]);
}

function without(entries: Entries | undefined, value: string): Entries {
  return Object.fromEntries(Object.entries(entries ?? {}).filter(([name]) => name !== value));
}

function own(entries: Entries | undefined, value: string): number | undefined {
  return entries !== undefined && Object.hasOwn(entries, value) ? entries[value] : undefined;
}

function shown(claim: Claim, value: string, at: number): object {
  const when = at === FOREVER ? null : new Date(at * 1_000).toISOString();
  return { claim, value, ...(SINGLE.includes(claim) ? { until: when } : { before: when }) };
}

/** Of a date-time that the document has checked; none = now. */
function secondsOf(text: string | undefined): number {
  return Math.floor((text === undefined ? Date.now() : Date.parse(text)) / 1_000);
}

function invalid(detail: string): Reply {
  return refusal(422, 'invalid-revocation', 'Unprocessable Content', detail);
}

function textOf(body: unknown, name: string): string | undefined {
  const value = isFields(body) && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
