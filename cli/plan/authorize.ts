import type { AuthorizeOptions } from '../../runtime/policies/authorize.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { parseExpression } from '../expressions/parse.ts';
import { OperationScope } from '../expressions/scope.ts';
import { placeOf } from '../load/document.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { authorize, type MfaAuthored, seconds } from '../policies/authorize.ts';
import { findingAbout } from './findings.ts';
import type { ExpressionPlan, GatewayPlan, PolicyPlan } from './ir.ts';
import { json } from './json.ts';
import { lowered } from './lowered.ts';
import { refusesEverybody } from './refuses-everybody.ts';

/** The expressions of a gateway: equal ones once, in the order of first use. */
export class Expressions {
  readonly diagnostics: Diagnostic[] = [];
  readonly #plans = new Map<string, ExpressionPlan>();

  get plans(): readonly ExpressionPlan[] {
    return [...this.#plans.values()];
  }

  /** Id of the expression that a key of an operation holds; undefined, with a finding at its place, when it cannot be compiled. */
  use(merged: MergedOperation, key: string, text: string): string | undefined {
    const result = parseExpression(text, new OperationScope(merged.operation, merged.parameterNames));
    if ('problem' in result) {
      const { message, hint, start } = result.problem;
      const node = merged.effective.get(key)?.node;
      this.diagnostics.push(
        findingAbout(merged, {
          rule: 'gateway/expression',
          message: `${message} (at character ${start + 1} of ${key})`,
          ...(hint === undefined ? {} : { hint }),
          ...(node === undefined ? {} : { at: placeOf(node) }),
        }),
      );
      return undefined;
    }
    const tree = JSON.stringify(result.tree);
    const known = this.#plans.get(tree) ?? { id: `e${this.#plans.size}`, tree: result.tree };
    this.#plans.set(tree, known);
    return known.id;
  }
}

/** What counts as a second factor where nothing else is said (RFC 8176, AZ-5). */
const FACTORS = ['fpt', 'hwk', 'mfa', 'otp', 'swk'];

/** One policy of the whole group `authorize`: scopes, then roles, then the expression, then the second factor (AZ-3). */
export function authorizePolicies(
  merged: MergedOperation,
  config: GatewayConfig,
  auth: GatewayPlan['auth'],
  expressions: Expressions,
): readonly PolicyPlan[] {
  const text = lowered(authorize.when, merged);
  const when = text === undefined ? undefined : expressions.use(merged, 'authorize.when', text);
  // Without authentication there is nobody to judge; the build has said so loudly.
  if (auth === 'none') return [];
  const scopes = lowered(authorize.scopes, merged);
  const roles = lowered(authorize.roles, merged);
  const mfa = mfaOf(lowered(authorize.mfa, merged));
  const deny = refusesEverybody(merged.operation, merged.effective);
  const sensitive = lowered(authorize.sensitive, merged) === true;
  if (!deny && !sensitive && scopes === undefined && roles === undefined && text === undefined && mfa === undefined) return [];
  const options: AuthorizeOptions = {
    ...(scopes === undefined ? {} : { scopes: scopes.toSorted() }),
    ...(roles === undefined ? {} : { roles: includingRoles(roles, config.roles) }),
    ...(when === undefined ? {} : { when }),
    ...(mfa === undefined ? {} : { mfa }),
    ...(deny ? { deny } : {}),
    ...(lowered(authorize.shadow, merged) === true ? { shadow: true } : {}),
    ...(lowered(authorize.hideExistence, merged) === true ? { hideExistence: true } : {}),
    ...(sensitive ? { sensitive } : {}),
  };
  return [{ key: 'authorize', stage: 'authorize', module: 'policies/authorize', factory: 'authorize', options: json(options) }];
}

function mfaOf(authored: boolean | MfaAuthored | undefined): AuthorizeOptions['mfa'] {
  if (authored === undefined || authored === false) return undefined;
  if (authored === true) return { amr: FACTORS, acr: [] };
  const { amr, acr = [], maxAge } = authored;
  return {
    amr: amr?.toSorted() ?? (acr.length > 0 ? [] : FACTORS),
    acr: acr.toSorted(),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: seconds(maxAge) }),
  };
}

/** The roles, and every role that includes one of them, sorted. */
function includingRoles(wanted: readonly string[], hierarchy: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const allowed = new Set(wanted);
  for (let before = -1; before !== allowed.size; ) {
    before = allowed.size;
    for (const [role, includes] of hierarchy) if (includes.some((one) => allowed.has(one))) allowed.add(role);
  }
  return [...allowed].sort();
}
