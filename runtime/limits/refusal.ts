import type { Problem, Reply } from '../contract.ts';
import type { LimitUse } from './store.ts';

/** Windows longer than this: callers that were refused together do not come back together (RL-15). */
const JITTER_FROM_MS = 10_000;

function reply(status: number, title: string, code: string, detail: string, headers: Reply['headers'] = []): Reply {
  return { status, headers, problem: { type: 'about:blank', title, status, detail, code } };
}

/** Answers that do not depend on what was counted. */
export const LIMIT_PROBLEMS = {
  planRefused: reply(403, 'Forbidden', 'plan-refused', 'The plan of this caller does not include this operation.'),
  keyMissing: reply(403, 'Forbidden', 'limit-key-missing', 'The credential lacks what calls are counted by.'),
  headerMissing: reply(400, 'Bad Request', 'limit-key-missing', 'A header is missing that calls are counted by.'),
  costMissing: reply(
    400,
    'Bad Request',
    'limit-cost-missing',
    'The body must say, as a whole number, what the call is counted for.',
  ),
  unavailable: {
    ...reply(503, 'Service Unavailable', 'store-unavailable', 'Calls cannot be counted at the moment.', [['retry-after', '1']]),
    error: 'http_request_denied',
  },
} as const;

/** 429, or 503 where everybody is counted together and the limit says so: which limits, and when to try again (RL-14, RL-15). The header stage adds what all answers carry. */
export function limitRefusal(use: LimitUse): Reply {
  const { limits } = use.counter;
  const violated = limits.filter(({ refuses }, index) => refuses && (use.exceeded & (1 << index)) !== 0);
  const { shared, status, windowMs, period } = limits[use.refusedBy] ?? NO_LIMIT;
  const waitMs = use.resetMs[use.refusedBy] ?? 0;
  const jitter = windowMs > JITTER_FROM_MS || period !== undefined ? Math.random() * 0.1 : 0;
  const seconds = Math.max(1, Math.ceil((waitMs / 1_000) * (1 + jitter)));
  const problem: Problem = {
    type: `https://iana.org/assignments/http-problem-types#${shared ? 'temporary-reduced-capacity' : 'quota-exceeded'}`,
    title: status === 503 ? 'Service Unavailable' : 'Too Many Requests',
    status,
    detail: 'This call exceeds a limit.',
    code: 'limit-exceeded',
    extensions: { 'violated-policies': violated.map(({ name }) => name) },
  };
  return { status, headers: [['retry-after', String(seconds)]], problem };
}

const NO_LIMIT = { shared: false, status: 429, windowMs: 0, period: undefined } as const;
