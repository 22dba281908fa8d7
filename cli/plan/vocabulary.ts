/**
 * The vocabulary of `x-gateway`: every key there is, and the names that later versions will know. An explicit list: a key that is not in it
 * does not exist.
 */
import audience from '../policies/audience.ts';
import { authorize } from '../policies/authorize.ts';
import bodyLimit from '../policies/body-limit.ts';
import concurrency from '../policies/concurrency.ts';
import cors from '../policies/cors.ts';
import headerLimits from '../policies/header-limits.ts';
import { requestHeaders, responseHeaders } from '../policies/headers.ts';
import ip from '../policies/ip.ts';
import { lifecycle } from '../policies/lifecycle.ts';
import limitFields from '../policies/limit-fields.ts';
import match from '../policies/match.ts';
import mock from '../policies/mock.ts';
import owner from '../policies/owner.ts';
import publicReason from '../policies/public.ts';
import queryLimit from '../policies/query-limit.ts';
import quota from '../policies/quota.ts';
import rate from '../policies/rate.ts';
import redirect from '../policies/redirect.ts';
import rewrite from '../policies/rewrite.ts';
import spikeArrest from '../policies/spike-arrest.ts';
import split from '../policies/split.ts';
import { perTry, timeouts } from '../policies/timeouts.ts';
import upstream from '../policies/upstream.ts';
import * as validation from '../policies/validation.ts';
import version from '../policies/version.ts';
import visibility from '../policies/visibility.ts';
import type { Group, Key } from './key.ts';

/** In the order in which policies of one stage run. */
export const vocabulary: readonly Key[] = [
  owner,
  audience,
  visibility,
  publicReason,
  upstream,
  match,
  version,
  split,
  rewrite,
  redirect,
  mock,
  timeouts.total,
  timeouts.connect,
  timeouts.firstByte,
  timeouts.idle,
  perTry,
  headerLimits,
  queryLimit,
  bodyLimit,
  rate,
  quota,
  concurrency,
  spikeArrest,
  limitFields,
  validation.request,
  validation.response,
  validation.unknownQuery,
  requestHeaders,
  responseHeaders,
  cors,
  ip,
  authorize.scopes,
  authorize.roles,
  authorize.when,
  authorize.mfa,
  authorize.defaultDeny,
  authorize.shadow,
  authorize.hideExistence,
  authorize.sensitive,
  lifecycle.deprecated,
  lifecycle.sunset,
  lifecycle.successor,
  lifecycle.docs,
  lifecycle.afterSunset,
  lifecycle.brownouts,
];

/** The one key of its name. */
export function keyOf(name: string): Key | undefined {
  return byName.get(name);
}

const byName: ReadonlyMap<string, Key> = new Map(vocabulary.map((key) => [key.key, key]));

/** Of these the nearest level's choice drops the others. */
export const choices: readonly string[] = ['upstream', 'split', 'redirect', 'mock', 'aggregate'];

/** Names that are not yet supported. */
export const reserved: readonly string[] = [
  'retry',
  'circuitBreaker',
  'hedge',
  'priority',
  'cache',
  'compress',
  'idempotency',
  'transform',
  'aggregate',
  'grpc',
  'graphql',
  'websocket',
  'stream',
  'policies',
];

/** Members of groups that are not yet supported. */
export const reservedMembers: Partial<Readonly<Record<Group, readonly string[]>>> = {};
