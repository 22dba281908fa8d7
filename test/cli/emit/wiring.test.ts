import { describe, expect, it } from 'vitest';
import { emitWiring, planHash } from '../../../cli/emit/wiring.ts';
import type { PolicyPlan, RoutePlan } from '../../../cli/plan/ir.ts';
import { gatewayPlan, routePlan } from '../../support/plan.ts';

const bodyLimit = (maxBytes: number): PolicyPlan => ({
  key: 'limits.body',
  stage: 'size',
  module: 'policies/body-limit',
  factory: 'bodyLimit',
  options: { maxBytes },
});

const headers: PolicyPlan = {
  key: 'headers.response',
  stage: 'headers',
  module: 'policies/headers',
  factory: 'responseHeaders',
  options: { set: [['x-a', 'b']] },
};

/** Evaluates the module text with factories that are their own names. */
function evaluate(text: string): {
  readonly gateway: { readonly routes: readonly Record<string, unknown>[] } & Record<string, unknown>;
} {
  const body = text
    .replaceAll(/import \{ (\w+) as (\w+) \} from "([^"]+)";/g, 'const $2 = "$3#$1";')
    .replace('export const gateway', 'const gateway');
  return new Function(`${body}; return { gateway };`)() as never;
}

describe('emitWiring', () => {
  it('imports exactly the factories that the plan uses', () => {
    const text = emitWiring(gatewayPlan([routePlan('GET /a'), { ...routePlan('POST /a'), policies: [bodyLimit(5)] }]));
    expect(text.match(/import .*;/g)).toEqual([
      'import { proxy as f0 } from "gw-runtime/actions/proxy";',
      'import { bodyLimit as f1 } from "gw-runtime/policies/body-limit";',
    ]);
  });

  it('writes routes with their policies, requests and answers apart', () => {
    const route: RoutePlan = { ...routePlan('POST /a'), owner: 'team-a', policies: [bodyLimit(5), headers] };
    const { gateway } = evaluate(emitWiring(gatewayPlan([route])));
    expect(gateway.routes).toEqual([
      {
        id: 'POST-a',
        method: 'POST',
        template: '/a',
        owner: 'team-a',
        parameterNames: [],
        request: [{ stage: 'size', factory: 'gw-runtime/policies/body-limit#bodyLimit', options: { maxBytes: 5 } }],
        response: [
          { stage: 'headers', factory: 'gw-runtime/policies/headers#responseHeaders', options: { set: [['x-a', 'b']] } },
        ],
        action: {
          factory: 'gw-runtime/actions/proxy#proxy',
          options: { upstream: 'main', timeouts: { totalMs: 15_000, connectMs: 2_000, firstByteMs: 10_000, idleMs: 30_000 } },
        },
      },
    ]);
  });

  it('writes equal policies once', () => {
    const routes = ['GET /a', 'GET /b', 'GET /c'].map((name, i) => ({
      ...routePlan(name),
      policies: [bodyLimit(i === 2 ? 7 : 5)],
    }));
    const text = emitWiring(gatewayPlan(routes));
    expect(text.match(/maxBytes/g)).toHaveLength(2);
    expect(text.match(/totalMs/g)).toHaveLength(1);
  });

  it('keeps hostile texts data', () => {
    const hostile = '`${globalThis.pwned = 1}`\u2028";globalThis.pwned=1;//</script>';
    const route: RoutePlan = {
      ...routePlan('GET /a'),
      id: hostile,
      template: hostile,
      owner: '__proto__',
      parameterNames: [hostile],
    };
    const policy: PolicyPlan = { ...bodyLimit(1), options: JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "x"}') };
    const text = emitWiring({ ...gatewayPlan([{ ...route, policies: [policy] }]), name: hostile });
    const { gateway } = evaluate(text);
    expect(gateway.routes[0]).toMatchObject({ id: hostile, template: hostile, parameterNames: [hostile] });
    expect(gateway.name).toBe(hostile);
    expect(globalThis).not.toHaveProperty('pwned');
    expect(JSON.stringify(gateway.routes[0]?.request)).toContain('"__proto__":{"polluted":1}');
    expect(/[^\n\x20-\x7e]/.test(text)).toBe(false);
  });

  it('takes ten thousand routes', () => {
    const routes = Array.from({ length: 10_000 }, (_, i) => ({ ...routePlan(`GET /r${i}`), policies: [bodyLimit(i)] }));
    expect(evaluate(emitWiring(gatewayPlan(routes))).gateway.routes).toHaveLength(10_000);
  });

  it('names a plan by what it does, not by where it was written', () => {
    const [a, b] = ['a.yaml', 'b.yaml'].map((file) => {
      const route = routePlan('GET /a');
      return gatewayPlan([
        { ...route, origin: { level: 'operation', at: { file, line: 1, column: 1, endLine: 1, endColumn: 1 } } },
      ]);
    });
    expect(a && planHash(a)).toBe(b && planHash(b));
    expect(planHash(gatewayPlan([]))).not.toBe(planHash(gatewayPlan([routePlan('GET /a')])));
  });
});
