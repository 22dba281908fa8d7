import type { Reply } from '../../contract.ts';
import { GRACE, SPLIT } from '../../runtime-value-keys.ts';
import { type AdminCall, done, etagOf, ok, refusal } from './call.ts';
import { routeOf } from './routes.ts';

type Weights = Readonly<Record<string, number>>;

/** Weights that were set, by route. */
export function splits({ gateway }: AdminCall): Reply {
  const set = [...gateway.operators.entries].filter(([key]) => key.startsWith(`${SPLIT}/`));
  return ok(Object.fromEntries(set.map(([key, weights]) => [key.slice(SPLIT.length + 1), weights])));
}

export function split(call: AdminCall): Reply {
  const weights = weightsOf(call);
  return weights === undefined ? noSplit(call) : ok(weights);
}

/** Weights of upstreams that the body does not name stay as they are (RT-11). */
export async function setSplit(call: AdminCall): Promise<Reply> {
  const weights = weightsOf(call);
  if (weights === undefined) return noSplit(call);
  const expected = call.header('if-match');
  if (expected !== undefined && expected !== '*' && expected !== etagOf(ok(weights).body?.toString() ?? '')) {
    return refusal(412, 'precondition-failed', 'Precondition Failed', 'The weights have changed meanwhile.');
  }
  const wanted = weightsIn(call.body);
  const unknown = Object.keys(wanted).filter((upstream) => !Object.hasOwn(weights, upstream));
  if (unknown.length > 0)
    return refusal(422, 'unknown-upstream', 'Unprocessable Content', `The split has no ${unknown.join(', ')}.`);
  const next = { ...weights, ...wanted };
  if (Object.values(next).every((weight) => weight === 0)) {
    return refusal(422, 'no-upstream', 'Unprocessable Content', 'Somebody must answer: every weight would be 0.');
  }
  await call.gateway.operators.change(`${SPLIT}/${call.path(0)}`, () => next);
  return ok(next);
}

export async function resetSplit({ gateway, path }: AdminCall): Promise<Reply> {
  await gateway.operators.change(`${SPLIT}/${path(0)}`, () => undefined);
  return done;
}

/** LC-3: more time for one consumer. */
export async function grace({ gateway, path, body }: AdminCall): Promise<Reply> {
  const [id, consumer] = [path(0), path(1)];
  const hasSunset = routeOf(gateway, id)?.values.some(({ key, skipped }) => key === 'lifecycle.sunset' && skipped === undefined);
  if (hasSunset !== true) return refusal(404, 'not-found', 'Not Found', `No route '${id}' has a sunset.`);
  const until = Date.parse(typeof body === 'object' && body !== null && 'until' in body ? String(body.until) : '');
  if (!(until > Date.now())) return refusal(422, 'invalid-grace', 'Unprocessable Content', 'The time to come ends in the past.');
  await gateway.operators.change(`${GRACE}/${id}`, (now) => Object.fromEntries([...graceOf(now), [consumer, until]]));
  return ok({ route: id, consumer, until: new Date(until).toISOString() });
}

/** All consumers that have more time, by route. */
export function listGrace({ gateway }: AdminCall): Reply {
  const lists = [...gateway.operators.entries].filter(([key]) => key.startsWith(`${GRACE}/`));
  const rows = lists.flatMap(([key, value]) =>
    graceOf(value).map(([consumer, until]) => ({
      ...{ route: key.slice(GRACE.length + 1), consumer },
      until: new Date(Number(until)).toISOString(),
    })),
  );
  return ok({ grace: rows });
}

export async function endGrace({ gateway, path }: AdminCall): Promise<Reply> {
  await gateway.operators.change(`${GRACE}/${path(0)}`, (now) => {
    const left = graceOf(now).filter(([consumer]) => consumer !== path(1));
    return left.length === 0 ? undefined : Object.fromEntries(left);
  });
  return done;
}

function graceOf(value: unknown): readonly (readonly [consumer: string, until: unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** By upstream: as set, else as the document has them. */
function weightsOf({ gateway, path }: AdminCall): Weights | undefined {
  const authored = routeOf(gateway, path(0))?.split;
  if (authored === undefined) return undefined;
  const set = weightsIn(gateway.operators.get(`${SPLIT}/${path(0)}`));
  return Object.fromEntries(
    authored.map(({ upstream, weight }) => [upstream, Object.hasOwn(set, upstream) ? (set[upstream] ?? weight) : weight]),
  );
}

function weightsIn(value: unknown): Weights {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function noSplit({ path }: AdminCall): Reply {
  return refusal(404, 'not-found', 'Not Found', `No route '${path(0)}' has a split.`);
}
