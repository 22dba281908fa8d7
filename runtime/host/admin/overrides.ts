import { isIP } from 'node:net';
import type { Reply } from '../../contract.ts';
import type { Override, OverrideAction, OverrideScope } from '../../overrides.ts';
import { OVERRIDES } from '../../runtime-value-keys.ts';
import { type AdminCall, done, ok, refusal } from './call.ts';
import { routeOf, unknownRoute } from './routes.ts';

const SCOPES: readonly OverrideScope[] = ['consumer', 'key', 'tenant', 'ip', 'route', 'global'];
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** What is ordered at the moment. */
export function listOverrides({ gateway }: AdminCall): Reply {
  return ok({ overrides: current(gateway.operators.get(OVERRIDES)).map(shown) });
}

/** PR-5: slow somebody down, block, or shed, at once and on every thread. At most for a day, unless it is said to be permanent. */
export async function setOverride({ gateway, path, body }: AdminCall): Promise<Reply> {
  const [scope, id] = [SCOPES.find((one) => one === path(0)), path(1)];
  if (scope === undefined) return refusal(404, 'not-found', 'Not Found', `There is no scope '${path(0)}': ${SCOPES.join(', ')}.`);
  if (scope === 'ip' && !isRange(id)) return invalid('The id of an ip override is an address or a CIDR range.');
  if (scope === 'global' && id !== 'all') return invalid("The id of a global override is 'all'.");
  // Whoever pulls the brake must not believe that it holds.
  if (scope === 'route' && routeOf(gateway, id) === undefined) return unknownRoute(id);
  const action = actionOf(body);
  if (action === undefined) return invalid('Say one of limit (5/s), block (true) and shed (50%).');
  const untilMs = untilOf(body);
  if (typeof untilMs === 'string') return invalid(untilMs);
  const reason = textOf(body, 'reason') ?? '';
  const override: Override = { scope, id, action, reason, ...(untilMs === undefined ? {} : { untilMs }) };
  await gateway.operators.change(OVERRIDES, (now) => [...without(now, scope, id), override]);
  return ok(shown(override));
}

export async function endOverride({ gateway, path }: AdminCall): Promise<Reply> {
  await gateway.operators.change(OVERRIDES, (now) => {
    const left = without(now, path(0), path(1));
    return left.length === 0 ? undefined : left;
  });
  return done;
}

function invalid(detail: string): Reply {
  return refusal(422, 'invalid-override', 'Unprocessable Content', detail);
}

/** Those that have not ended. */
function current(value: unknown): readonly Override[] {
  const now = Date.now();
  return isOverrides(value) ? value.filter(({ untilMs }) => untilMs === undefined || untilMs > now) : [];
}

function isOverrides(value: unknown): value is readonly Override[] {
  return Array.isArray(value);
}

function without(value: unknown, scope: string, id: string): readonly Override[] {
  return current(value).filter((one) => one.scope !== scope || one.id !== id);
}

function shown({ untilMs, ...override }: Override): object {
  return { ...override, until: untilMs === undefined ? null : new Date(untilMs).toISOString() };
}

function actionOf(body: unknown): OverrideAction | undefined {
  const limit = /^(\d{1,9})\/(\d{0,4})([smhd])$/.exec(textOf(body, 'limit') ?? '');
  const shed = /^(100|[1-9]?\d)%$/.exec(textOf(body, 'shed') ?? '');
  const isBlock = memberOf(body, 'block') === true;
  const given = ['limit', 'shed', 'block'].filter((name) => memberOf(body, name) !== undefined);
  if (given.length !== 1) return undefined;
  if (isBlock) return { kind: 'block' };
  if (shed !== null) return { kind: 'shed', percent: Number(shed[1]) };
  const requests = Number(limit?.[1] ?? 0);
  const perMs = Number(limit?.[2] || 1) * (UNITS[limit?.[3] ?? ''] ?? 0);
  return requests === 0 || perMs === 0 ? undefined : { kind: 'limit', requests, perMs };
}

/** When it ends; a text says what is wrong. */
function untilOf(body: unknown): number | string | undefined {
  if (memberOf(body, 'permanent') === true) return undefined;
  const span = /^(\d{1,6})([smhd])$/.exec(textOf(body, 'for') ?? '');
  const until = textOf(body, 'until');
  const end =
    until === undefined ? Date.now() + Number(span?.[1] ?? Number.NaN) * (UNITS[span?.[2] ?? ''] ?? 0) : Date.parse(until);
  if (!(end > Date.now())) return 'Say how long: for (15m), until (a date-time to come), or permanent (true).';
  return end - Date.now() > DAY_MS ? 'An override ends within a day, unless it is permanent.' : end;
}

function isRange(text: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return longest !== -1 && Number(prefix ?? 0) <= longest;
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
}

function textOf(body: unknown, name: string): string | undefined {
  const value = memberOf(body, name);
  return typeof value === 'string' ? value : undefined;
}
