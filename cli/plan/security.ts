import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import type { Api } from '../resolve/api.ts';
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
  if (security.value.length > 0 || (reason !== undefined && reason.skipped === undefined)) return [];
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
  const used = new Map<Node, { readonly api: Api; readonly name: string; readonly first: MergedOperation; count: number }>();
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
  return [...used].map(([scheme, { api, name, first, count }]) => {
    const bound = isBound(scheme, api, name, config);
    const needs = `${count} operation${count === 1 ? '' : 's'}`;
    const message = bound
      ? `${needs} of ${api.title} need '${name}', and credentials cannot be verified yet`
      : `${needs} of ${api.title} need '${name}', which nothing verifies`;
    const bind =
      config.mode === 'platform' ? `Bind it in \`security\` of the gateway file, or` : 'Bind it by x-gateway at the scheme, or';
    const hint = bound
      ? 'Use --auth none for a trial without credentials.'
      : `${bind} use --auth none for a trial without credentials.`;
    const { operation: _operation, ...finding } = findingAbout(first, {
      rule: 'security/scheme-unbound',
      message,
      hint,
      at: placeOf(scheme, 'key'),
    });
    return finding;
  });
}

function isBound(scheme: Node, { entry }: Api, name: string, { security, mode }: GatewayConfig): boolean {
  const renamed = entry.security;
  const binding = renamed !== undefined && Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
  return security.has(binding) || (mode === 'single' && member(scheme.value, 'x-gateway') !== undefined);
}
