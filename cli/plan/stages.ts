import type { RequestStageName, ResponseStageName, StageName } from '../../runtime/contract.ts';
import type { PolicyPlan } from './ir.ts';

/** Place of each stage in the fixed order (SEMANTICS 0.2). Complete by type; a test holds it to the order of the runtime. */
const order: Readonly<Record<RequestStageName | ResponseStageName, number>> = {
  preflight: 0,
  ip: 1,
  'address-limits': 2,
  identity: 3,
  authenticate: 4,
  authorize: 5,
  limits: 6,
  lifecycle: 7,
  brownout: 8,
  size: 9,
  validate: 10,
  body: 11,
  'body-limits': 12,
  idempotency: 13,
  cache: 14,
  transform: 15,
  'response-body': 16,
  store: 17,
  compress: 18,
  headers: 19,
};

/** Every stage, in the order they run. */
export const stageNames: readonly string[] = Object.keys(order);

/** Policies in the order they run; those of one stage keep theirs. */
export function inStageOrder(policies: readonly PolicyPlan[]): readonly PolicyPlan[] {
  const place = ({ stage }: PolicyPlan): number => (isStage(stage) ? order[stage] : stageNames.length);
  return policies.toSorted((a, b) => place(a) - place(b));
}

function isStage(name: string): name is StageName {
  return Object.hasOwn(order, name);
}
