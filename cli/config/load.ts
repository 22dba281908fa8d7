import { posix } from 'node:path';
import type { Diagnostic } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { child, type Node, placeOf } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import type { Workspace } from '../load/workspace.ts';
import type { UpstreamPlan } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
import { requirementProblem } from '../plan/requirement.ts';
import { fits, type Keys } from '../plan/shape.ts';
import type { Fields } from '../resolve/api.ts';
import { fieldsOf, isFields, rootOf } from '../resolve/walk.ts';
import { hasReference } from './env-text.ts';
import { Findings } from './findings.ts';
import type { GatewayConfig, GuardrailConfig, LintConfig, TeamConfig } from './gateway.ts';
import { gatewayFile, guardrail, members, roleList, ruleSetting, suppression, team, upstream } from './gateway-file.ts';
import { identityHeaders, identitySigned } from './identity.ts';
import { Layers } from './layers.ts';
import { reportRoleCycles } from './roles.ts';
import { adminPlan, isLoopback, serverPlan, telemetryPlan } from './server.ts';
import { specEntries } from './specs.ts';
import { storePlan } from './store.ts';

/** A gateway file as it was read: without a config when it says nothing usable, and then with an error. */
export interface LoadedGateway {
  readonly config: GatewayConfig | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a gateway file and what it extends. Whatever does not fit is a finding (`gateway/config`) and otherwise as if it were not there,
 * so that the documents are judged all the same. `${NAME:-default}` is kept as it stands: only the start of a bundle resolves it.
 *
 * @param file below the root of the workspace
 * @throws GwError when the file is missing, or when it names no document that exists
 */
export function loadGateway(workspace: Workspace, file: string): LoadedGateway {
  const findings = new Findings();
  const roots = readChain(workspace, file, findings);
  if (roots === undefined) return { config: undefined, diagnostics: findings.diagnostics };
  for (const root of roots) {
    findings.shape(root, gatewayFile);
    reportReferences(root, findings);
  }
  const layers = new Layers(roots);
  const config = configOf(layers, findings);
  reportUnsafe(layers, findings);
  const failedBefore = findings.failed;
  const gatewayFiles = new Set(roots.map(({ document }) => document.file));
  const entries = specEntries(workspace, layers.value('specs'), gatewayFiles, findings);
  if (entries.length === 0) {
    if (!failedBefore)
      throw new GwError('ERR_GW_NO_DOCUMENTS', `No document matches the specs of ${file}`, 'Name OpenAPI documents in `specs`.');
    return { config: undefined, diagnostics: findings.diagnostics };
  }
  reportBindings(entries, config, findings);
  reportStores(config, findings);
  reportAdmin(config, findings);
  reportRoleCycles(layers.named('roles'), findings);
  return { config: { ...config, entries }, diagnostics: findings.diagnostics };
}

/** The file and what it extends, nearest first. */
function readChain(workspace: Workspace, file: string, findings: Findings): readonly Node<Fields>[] | undefined {
  const first = workspace.document(file);
  const root = first === undefined ? undefined : rootOf(first);
  if (root === undefined) return undefined;
  const fields = fieldsOf(root);
  if (fields === undefined) {
    findings.add(root, 'A gateway file must be an object');
    return undefined;
  }
  const chain = [fields];
  for (let last: Node<Fields> | undefined = fields; last !== undefined; ) {
    last = extended(workspace, last, chain, findings);
    if (last !== undefined) chain.push(last);
  }
  return chain;
}

function extended(
  workspace: Workspace,
  from: Node<Fields>,
  chain: readonly Node<Fields>[],
  findings: Findings,
): Node<Fields> | undefined {
  const named = from.value.extends;
  if (typeof named !== 'string' || named === '' || hasReference(named)) return undefined;
  const target = posix.join(posix.dirname(from.document.file), named);
  const result = posix.isAbsolute(named) ? { failure: 'outside' as const } : workspace.read(target);
  const say = (message: string): undefined => {
    findings.add(from, message, { keys: ['extends'] });
    return undefined;
  };
  if ('failure' in result) {
    // A file that cannot be parsed has its own finding; here stands why the rest may look wrong.
    const why = {
      missing: 'does not exist',
      outside: 'is outside of the folder that holds all documents',
      unreadable: 'cannot be read',
      broken: 'cannot be parsed',
    };
    return say(`${named} ${why[result.failure]}`);
  }
  if (chain.some(({ document }) => document.file === result.document.file)) return say(`${named} extends itself`);
  return fieldsOf(rootOf(result.document)) ?? say(`${named} is no gateway file`);
}

/** Members that may hold `${NAME}`; their shapes say where exactly. */
const mayReference: readonly string[] = ['upstreams', 'security', 'identity', 'store', 'server', 'telemetry', 'admin'];

function reportReferences(root: Node<Fields>, findings: Findings): void {
  const visit = (value: unknown, keys: Keys): void => {
    if (hasReference(value)) {
      const hint = `Write the value itself: \${NAME} is resolved only in upstream URLs, ${mayReference.slice(1).join(', ')}.`;
      findings.add(root, 'Nothing is taken from the environment here', { keys, hint });
    } else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...keys, index]);
    else if (isFields(value)) for (const [key, item] of Object.entries(value)) visit(item, [...keys, key]);
  };
  for (const [key, value] of Object.entries(root.value)) if (!mayReference.includes(key)) visit(value, [key]);
}

/** What would be unsafe to serve, or would silently not happen. */
function reportUnsafe(layers: Layers, findings: Findings): void {
  const listen = layers.value('admin', 'listen');
  if (
    listen !== undefined &&
    fits(members.admin, { listen: listen.value }) &&
    !hasReference(listen.value) &&
    !isLoopback(String(listen.value))
  ) {
    findings.add(listen, `The admin listener would be open to others at ${String(listen.value)}`, {
      hint: 'Its tokens travel in the clear: let it listen on 127.0.0.1 (AD-1).',
    });
  }
  const metrics = layers.value('telemetry', 'metrics');
  if (metrics?.value === 'none') {
    findings.add(metrics, 'Metrics cannot be switched off', {
      severity: 'warn',
      hint: 'The admin listener answers /metrics to tokens with the scope metrics:read; take this line away.',
    });
  }
}

function configOf(layers: Layers, findings: Findings): Omit<GatewayConfig, 'entries'> {
  const store = storePlan(layers);
  const name = layers.value('name')?.value;
  const gatewayName = fits(members.name, name) ? name : 'gateway';
  const serves = layers.value('serves')?.value;
  const hosts = layers.value('hosts')?.value;
  const bodyLimit = layers.value('server', 'limits', 'body');
  return {
    mode: 'platform',
    name: gatewayName,
    documents: layers.roots.map(({ document }) => document),
    serves: fits(members.serves, serves) ? [...new Set(serves)].sort() : undefined,
    hosts: fits(members.hosts, hosts) ? [...new Set(hosts.map((host) => host.toLowerCase().replace(/\.$/, '')))].sort() : [],
    server: serverPlan(layers),
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    upstreams: new Map(layers.named('upstreams').flatMap(([key, node]) => upstreamPlan(key, node) ?? [])),
    security: new Map(layers.named('security')),
    identityHeaders: identityHeaders(layers),
    ...identitySigned(layers, gatewayName),
    plans: new Map(layers.named('plans')),
    ...(store === undefined ? {} : { store }),
    roles: new Map(layers.named('roles').flatMap(([role, { value }]) => (fits(roleList, value) ? [[role, value] as const] : []))),
    teams: new Map(layers.named('teams').flatMap(([key, node]) => teamConfig(key, node) ?? [])),
    defaults: layers.objects('defaults'),
    guardrails: readGuardrails(layers, findings),
    lint: lintConfig(layers),
    telemetry: telemetryPlan(layers),
    admin: adminPlan(layers),
  };
}

function upstreamPlan(name: string, node: Node): readonly [readonly [string, UpstreamPlan]] | undefined {
  if (!fits(upstream, node.value)) return undefined;
  const { url, targets, pipelining, pipelineCredentials } = node.value;
  const [at] = node.document.locate([placeOf(node, 'key')]);
  const list = targets ?? (url === undefined ? [] : [{ url }]);
  const origin = { level: 'config' as const, pointer: node.pointer, ...(at === undefined ? {} : { at }) };
  const plan = {
    name,
    targets: list.map((target) => ({ url: target.url, weight: target.weight ?? 1 })),
    ...(pipelining === undefined ? {} : { pipelining }),
    ...(pipelineCredentials === undefined ? {} : { pipelineCredentials }),
    origin,
  };
  return [[name, plan]];
}

function teamConfig(name: string, node: Node): readonly [readonly [string, TeamConfig]] | undefined {
  if (!fits(team, node.value)) return undefined;
  const { paths = [], reviewers = [], may = [] } = node.value;
  return [[name, { name, paths, reviewers, may, node }]];
}

/** The guardrails of all layers; what is wrong with one is told, and the line left out. */
export function readGuardrails(layers: Layers, findings: Findings): readonly GuardrailConfig[] {
  const names = new Set<string>();
  return layers.items('guardrails').flatMap((node): readonly GuardrailConfig[] => {
    if (!fits(guardrail, node.value)) return [];
    const { name, match = {}, except = [] } = node.value;
    if (names.has(name)) findings.add(node, `There are two guardrails named ${name}`, { keys: ['name'] });
    names.add(name);
    const require = Object.entries(node.value.require).map(([key, test]) => [key, json(test)] as const);
    const sound = require.filter(([key, test]) => {
      const problem = requirementProblem(key, test);
      if (problem === undefined) return true;
      const { message, hint } = problem;
      findings.add(node, message, { keys: ['require', key], part: problem.part, ...(hint === undefined ? {} : { hint }) });
      return false;
    });
    return [{ name, match, require: new Map(sound), except, node }];
  });
}

function lintConfig(layers: Layers): LintConfig {
  const preset = layers.value('lint', 'preset');
  const rules = layers
    .each('lint', 'rules')
    .toReversed()
    .flatMap((node) => (isFields(node.value) ? Object.keys(node.value).map((id): [string, Node] => [id, child(node, id)]) : []))
    .filter(([, { value }]) => fits(ruleSetting, value));
  const suppress = layers
    .items('lint', 'suppress')
    .flatMap((node) => (fits(suppression, node.value) ? [{ ...node.value, at: placeOf(node) }] : []));
  return {
    ...(typeof preset?.value === 'string' ? { preset: preset.value } : {}),
    rules: Object.fromEntries(rules.map(([id, { value }]) => [id, json(value)])),
    suppress,
    places: {
      ...(preset === undefined ? {} : { preset: placeOf(preset) }),
      rules: new Map(rules.map(([id, node]) => [id, placeOf(node)])),
    },
  };
}

/** A scheme of a document can only stand for a binding that exists. */
function reportBindings(
  entries: GatewayConfig['entries'],
  { security }: Pick<GatewayConfig, 'security'>,
  findings: Findings,
): void {
  const seen = new Set<unknown>();
  for (const { node, security: bindings } of entries) {
    if (node === undefined || bindings === undefined || seen.has(node.value)) continue;
    seen.add(node.value);
    for (const [scheme, binding] of Object.entries(bindings)) {
      if (!security.has(binding))
        findings.add(node, `There is no binding '${binding}' in security`, { keys: ['security', scheme] });
    }
  }
}

/** Staff are verified by a binding that reads tokens. */
function reportAdmin(
  { admin, security, documents }: Pick<GatewayConfig, 'admin' | 'security' | 'documents'>,
  findings: Findings,
): void {
  const name = admin.jwt?.binding;
  const [document] = documents;
  if (name === undefined || document === undefined) return;
  const binding = security.get(name);
  if (binding !== undefined && member(binding.value, 'type') === 'jwt') return;
  const node = { document, pointer: '', value: document.value };
  const message = binding === undefined ? `There is no binding '${name}' in security` : `The binding '${name}' verifies no JWTs`;
  findings.add(node, message, { keys: ['admin', 'jwt', 'binding'] });
}

/** Keys in the store need one that is not the memory: that ends with the process. */
function reportStores({ security, store }: Pick<GatewayConfig, 'security' | 'store'>, findings: Findings): void {
  if (store !== undefined) return;
  for (const node of security.values()) {
    if (!isFields(node.value) || node.value.type !== 'apiKey' || node.value.keys !== 'store') continue;
    const hint = 'Add `store` with the address of a Redis, or keep the keys in a file: file:keys.json.';
    findings.add(node, 'The gateway has no store that keeps keys', { keys: ['keys'], hint });
  }
}
