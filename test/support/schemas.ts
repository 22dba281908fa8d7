import { join } from 'node:path';
import { build } from 'esbuild';
import type { Diagnostic } from '../../cli/diagnostics.ts';
import { emitValidators } from '../../cli/emit/validators.ts';
import type { Document, Node } from '../../cli/load/document.ts';
import { member } from '../../cli/load/pointer.ts';
import { packageRoot } from '../../cli/package-root.ts';
import type { RoutePlan } from '../../cli/plan/ir.ts';
import { nodeAt } from '../../cli/plan/schema-references.ts';
import { SchemaPool } from '../../cli/plan/schemas.ts';
import type { OpenApiVersion, Resolver } from '../../cli/resolve/api.ts';
import type { Validator } from '../../runtime/contract.ts';

/** A document of plain data, without positions. */
export function documentOf(value: unknown, file = 'test.json'): Document {
  const locate: Document['locate'] = (places) => places.map(() => ({ file, line: 1, column: 1, endLine: 1, endColumn: 1 }));
  return { file, text: JSON.stringify(value), format: 'json', value, locate };
}

/** Follows pointers within one document. */
export const localResolver: Resolver = {
  target(from, reference) {
    const found = reference.startsWith('#') ? nodeAt(from.document, decodeURIComponent(reference.slice(1))) : undefined;
    return found === undefined ? { failure: 'unresolved' } : { node: found };
  },
  resolve(node) {
    const reference = member(node.value, '$ref');
    if (typeof reference !== 'string') return { node, chain: [] };
    const target = localResolver.target(node, reference);
    return 'node' in target ? localResolver.resolve(target.node) : undefined;
  },
};

export interface CompiledSchemas {
  readonly validators: readonly Validator[];
  readonly diagnostics: readonly Diagnostic[];
  readonly code: string;
}

/** Compiles the schemas at some places of a document into validators, through pool, emission and bundling. */
export async function compileSchemas(
  nodes: readonly Node[],
  version: OpenApiVersion,
  resolver: Resolver = localResolver,
): Promise<CompiledSchemas> {
  const pool = new SchemaPool(resolver);
  const ids = nodes.map((node) => pool.add(node, { version, direction: 'request' }));
  const policies = [
    {
      key: 'validation.request',
      stage: 'body',
      module: 'validate/body',
      factory: 'body',
      options: ids.map((schema) => ({ schema })),
    },
  ];
  const { code, diagnostics } = emitValidators({ schemas: pool.plans(), routes: [routeWith(policies)] });
  const validators = await loadValidators(code);
  return {
    validators: ids.map((id) => validators[id] ?? (() => false)),
    diagnostics: [...pool.diagnostics, ...diagnostics],
    code,
  };
}

export function routeWith(policies: RoutePlan['policies']): RoutePlan {
  return {
    id: 'test',
    tags: [],
    visibility: 'listed',
    deprecated: false,
    hosts: [],
    method: 'POST',
    template: '/test',
    segments: [{ kind: 'literal', text: 'test' }],
    parameterNames: [],
    conditions: [],
    action: { kind: 'proxy', upstream: 'test', timeouts: { totalMs: 1, connectMs: 1, firstByteMs: 1, idleMs: 1 } },
    policies,
    values: [],
    origin: { level: 'builtin' },
  };
}

/** Runs the text of `gw:validators` as the bundle does. */
export async function loadValidators(code: string): Promise<Readonly<Record<string, Validator>>> {
  const result = await build({
    stdin: { contents: code, resolveDir: packageRoot, loader: 'js' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'module',
    platform: 'node',
    minify: true,
    logLevel: 'silent',
    plugins: [
      {
        name: 'gw-runtime',
        setup(builder) {
          builder.onResolve({ filter: /^gw-runtime\// }, ({ path }) => ({
            path: join(packageRoot, 'runtime', `${path.slice('gw-runtime/'.length)}.ts`),
          }));
        },
      },
    ],
  });
  const text = result.outputFiles[0]?.text ?? '';
  return new Function(`${text}; return module.validators;`)();
}
