import { bindingType } from '../config/bindings.ts';
import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { needsCredential } from '../policies/public.ts';
import type { Api, Fields } from '../resolve/api.ts';
import { bindingOf, canVerify, placeOfScheme } from './authentication.ts';
import { findingAbout, routeName } from './findings.ts';
import type { GatewayPlan } from './ir.ts';

/**
 * Who may call: nothing is public by omission (`security/missing`, `security/public-undeclared`), and no requirement stays without a
 * verifier (`security/scheme-unbound`) unless security is switched off for a trial.
 */
export function securityFindings(
  operations: readonly MergedOperation[],
  config: GatewayConfig,
  auth: GatewayPlan['auth'],
): readonly Diagnostic[] {
  const silent = silentApis(operations);
  return [
    ...operations.flatMap((merged) => publicFindings(merged, config, silent)),
    ...(auth === 'none' ? [] : unboundFindings(operations, config)),
  ];
}

/** Documents that say nothing about security: told once, not for each operation. */
function silentApis(operations: readonly MergedOperation[]): ReadonlySet<Api> {
  const speaking = new Set(
    operations.filter(({ operation }) => operation.security !== undefined).map(({ operation }) => operation.api),
  );
  return new Set(operations.map(({ operation }) => operation.api).filter((api) => !speaking.has(api)));
}

function publicFindings(merged: MergedOperation, { mode }: GatewayConfig, silent: ReadonlySet<Api>): readonly Diagnostic[] {
  const severity = mode === 'single' ? 'warn' : 'error';
  const { operation, effective } = merged;
  const { security, api } = operation;
  const hint = 'Write security, or where anybody may call: security: [] and x-gateway.public with the reason.';
  if (security === undefined && silent.has(api)) {
    return [
      {
        rule: 'security/missing',
        severity,
        message: `Nothing in ${api.title} says who may call it`,
        hint,
        at: placeOf(api.root),
      },
    ];
  }
  if (security === undefined) {
    return [
      findingAbout(merged, {
        rule: 'security/missing',
        severity,
        message: `Nothing says who may call ${routeName(merged)}`,
        hint,
      }),
    ];
  }
  const reason = effective.get('public');
  if (needsCredential(security.value) || (reason !== undefined && reason.skipped === undefined)) return [];
  return [
    findingAbout(merged, {
      rule: 'security/public-undeclared',
      severity,
      message: 'Anybody may call this, and nothing says why',
      hint: 'Give the reason: x-gateway.public.',
      at: placeOf(security, 'key'),
    }),
  ];
}

/** One finding per scheme that operations require. */
function unboundFindings(operations: readonly MergedOperation[], config: GatewayConfig): readonly Diagnostic[] {
  const used = new Map<
    Node<Fields>,
    { readonly api: Api; readonly name: string; readonly first: MergedOperation; count: number }
  >();
  for (const merged of operations) {
    const { security, api } = merged.operation;
    const names = new Set((security?.value ?? []).flatMap((requirement) => Object.keys(requirement)));
    for (const name of names) {
      const scheme = api.securitySchemes.get(name);
      if (scheme === undefined) continue;
      const known = used.get(scheme);
      if (known === undefined) used.set(scheme, { api, name, first: merged, count: 1 });
      else known.count += 1;
    }
  }
  return [...used].flatMap(([scheme, { api, name, first, count }]) => {
    const problem = bindingProblem(scheme, api, name, config);
    if (problem === undefined) return [];
    const { operation: _operation, ...finding } = findingAbout(first, {
      rule: 'security/scheme-unbound',
      message: `${count} operation${count === 1 ? '' : 's'} of ${api.title} need '${name}', ${problem.message}`,
      hint: `${problem.hint}, or for a trial use gw serve --auth dev, or --auth none for one without credentials.`,
      at: placeOf(scheme, 'key'),
    });
    return [finding];
  });
}

/** Why nothing verifies the credentials of a scheme. */
function bindingProblem(
  scheme: Node<Fields>,
  api: Api,
  name: string,
  config: GatewayConfig,
): { readonly message: string; readonly hint: string } | undefined {
  const bound = bindingOf(api, name, config);
  if (bound === undefined) {
    const hint = config.mode === 'platform' ? 'Bind it in `security` of the gateway file' : 'Bind it by x-gateway at the scheme';
    return { message: 'which nothing verifies', hint };
  }
  const place = placeOfScheme(scheme);
  if (place === undefined) return { message: 'a kind of credential that gw cannot read', hint: 'Use another scheme' };
  const type = bindingType(bound.node.value);
  if (type === undefined || canVerify(type, place)) return undefined;
  return { message: `which a binding of type ${type} cannot verify`, hint: `Bind it to another type than ${type}` };
}
