import { answerWith } from './answer.ts';
import type { Reply, ResponseStage } from './contract.ts';
import type { PreparedRoute, ServedExchange } from './exchange.ts';
import type { Generation } from './generation.ts';
import type { HostServices } from './host/services.ts';
import { preflight, routesAt } from './preflight.ts';
import { problem } from './problem.ts';
import { matchRoute, NO_ROUTE } from './route/match.ts';
import { normalizePath } from './route/normalize.ts';
import { unmatched } from './route/unmatched.ts';

/**
 * Runs an exchange: normalize, match, the request stages, the action. Synchronous as long as nothing waits. Fails closed: whatever
 * throws is a 500 and no later stage runs. Every way out is one answer, or a connection that is gone.
 *
 * @param generation the one the exchange began with; a reload does not change it
 */
export function serve(host: HostServices, generation: Generation, exchange: ServedExchange): void {
  let refusal: Refusal | undefined;
  try {
    refusal = findRoute(host, generation, exchange);
  } catch (error) {
    host.fault(error, 'match');
    refusal = { reply: problem.internal, stages: generation.unmatched };
  }
  if (refusal !== undefined) {
    give(host, exchange, refusal.reply, refusal.stages);
    return;
  }
  const { prepared } = exchange;
  if (prepared !== undefined) runStages(host, exchange, prepared, 0);
}

/** Gives a refusal that no stage has decided: before any route was known, or while it was forwarded. */
export function refuse(host: HostServices, exchange: ServedExchange, reply: Reply): void {
  give(host, exchange, reply, exchange.prepared === undefined ? host.current?.unmatched : undefined);
}

/** An answer without a route, and what runs over its head. */
interface Refusal {
  readonly reply: Reply;
  readonly stages: readonly ResponseStage[];
}

/** Sets path, captures and route of the exchange, or says what to answer. */
function findRoute(host: HostServices, generation: Generation, exchange: ServedExchange): Refusal | undefined {
  const { router, routes, preflightSlots, unmatched: stages } = generation;
  const { method, target, host: name } = exchange;
  if (target === '*') {
    if (method !== 'OPTIONS') return { reply: problem.badRequest('The request target is not a path.'), stages };
    return { reply: { status: 204, headers: [['allow', router.methods.join(', ')]] }, stages };
  }
  const path = normalizePath(target, router.paths);
  if (path === undefined) return { reply: problem.badRequest('The path is not valid.'), stages };
  exchange.path = path;
  const answered = method === 'OPTIONS' ? preflight(generation, exchange, path, preflightSlots) : undefined;
  // It has said all about CORS that there is to say.
  if (answered !== undefined) {
    const waitS = host.preflights.refuses(exchange.clientAddress);
    return { reply: waitS === undefined ? answered : problem.tooManyPreflights(waitS), stages: generation.unmatchedBare };
  }
  const index = matchRoute(router, name, method, path, exchange.captures, exchange);
  const prepared = index === NO_ROUTE ? undefined : routes[index];
  if (prepared === undefined) {
    const reply = unmatched(router, name, method, path, exchange);
    return { reply, stages: stagesOfPath(generation, name, path) };
  }
  exchange.prepared = prepared;
  prepared.active.exchanges += 1;
  exchange.route = prepared.info;
  return undefined;
}

/** CR-2: what the routes of a path allow holds for refusals there that none of them made (405, a version that there is not). */
function stagesOfPath(generation: Generation, host: string, path: string): readonly ResponseStage[] {
  const here = routesAt(generation, host, path);
  if (here.length === 0) return generation.unmatched;
  const corsStage = here.find(([, route]) => route.corsStage !== undefined)?.[1].corsStage;
  return corsStage === undefined ? generation.unmatchedBare : [...generation.unmatchedBare, corsStage];
}

function runStages(host: HostServices, exchange: ServedExchange, prepared: PreparedRoute, first: number): void {
  const { stages } = prepared;
  for (let index = first; index < stages.length; index += 1) {
    const stage = stages[index];
    if (stage === undefined) continue;
    let result: ReturnType<typeof stage>;
    try {
      result = stage(exchange);
    } catch (error) {
      fail(host, exchange, error);
      return;
    }
    if (result === undefined) continue;
    conclude(host, exchange, result, () => runStages(host, exchange, prepared, index + 1));
    return;
  }
  act(host, exchange, prepared);
}

function act(host: HostServices, exchange: ServedExchange, prepared: PreparedRoute): void {
  if (exchange.declaredLength > exchange.bodyLimit) {
    give(host, exchange, problem.bodyTooLarge(exchange.bodyLimit));
    return;
  }
  let result: ReturnType<PreparedRoute['action']>;
  try {
    result = prepared.action(exchange);
  } catch (error) {
    fail(host, exchange, error);
    return;
  }
  if (result !== undefined) conclude(host, exchange, result, undefined);
}

/** Gives what a stage or the action has decided, now or later. @param next what follows when it has decided nothing */
function conclude(
  host: HostServices,
  exchange: ServedExchange,
  result: Reply | Promise<Reply | undefined>,
  next: (() => void) | undefined,
): void {
  if (!('then' in result)) {
    give(host, exchange, result);
    return;
  }
  result.then(
    (reply) => {
      if (reply !== undefined) give(host, exchange, reply);
      else if (!exchange.clientGone) next?.();
    },
    (error: unknown) => fail(host, exchange, error),
  );
}

function fail(host: HostServices, exchange: ServedExchange, error: unknown): void {
  host.fault(error, exchange.route?.id ?? 'exchange');
  give(host, exchange, problem.internal);
}

/** Answers; when a response stage throws, the answer is a bare 500 that no stage has seen. */
function give(host: HostServices, exchange: ServedExchange, reply: Reply, stages?: readonly ResponseStage[]): void {
  try {
    answerWith(exchange, reply, stages);
  } catch (error) {
    host.fault(error, exchange.route?.id ?? 'answer');
    if (exchange.prepared !== undefined) exchange.prepared.active.exchanges -= 1;
    exchange.prepared = undefined;
    exchange.error = undefined;
    answerWith(exchange, problem.internal);
  }
}
