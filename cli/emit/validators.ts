import type { Diagnostic } from '../diagnostics.ts';
import type { GatewayPlan, Json, SchemaPlan } from '../plan/ir.ts';
import { SchemaCompiler } from './ajv.ts';
import { FORMATS } from './formats.ts';
import { sameSchemas, shapeOf } from './schema-classes.ts';

/** Helpers of `runtime/validate/checks.ts` that compiled schemas call. */
const CHECKS = ['codePoints', 'compilePattern', 'equal', 'hasUniqueItems', 'isMultipleOf'];

/**
 * Emits the text of `gw:validators`: one function a schema, equal schemas once, and `validators`, which names those that routes use by id.
 * A schema that cannot be compiled is a diagnostic and accepts nothing.
 *
 * @param options.optimize false where only the diagnostics matter; the text does the same, longer and slower
 */
export function emitValidators(
  plan: Pick<GatewayPlan, 'schemas' | 'routes'>,
  { optimize = true }: { readonly optimize?: boolean } = {},
): { readonly code: string; readonly diagnostics: readonly Diagnostic[] } {
  const same = sameSchemas(plan.schemas);
  const nameOf = (id: string): string => same.get(id) ?? id;
  const compiler = new SchemaCompiler(nameOf, optimize);
  const unevaluated = evaluatedSchemas(plan.schemas);
  const recursive = recursiveSchemas(plan.schemas);
  const diagnostics: Diagnostic[] = [];
  const functions: string[] = [];
  for (const entry of plan.schemas) {
    if (nameOf(entry.id) !== entry.id) continue;
    try {
      const ownProperties = INHERITED.test(JSON.stringify(entry.schema));
      functions.push(
        compiler.compile(entry.id, entry.schema, {
          ownProperties,
          unevaluated: unevaluated.has(entry.id),
          recursive: recursive.has(entry.id),
        }),
      );
    } catch (error) {
      diagnostics.push(uncompilable(entry, error));
      functions.push(`function ${entry.id}() { return false; }`);
    }
  }
  const body = functions.join('\n');
  const exported = [...usedSchemas(plan)].map((id) =>
    recursive.has(id) ? `${id}: bounded(${nameOf(id)})` : `${id}: ${nameOf(id)}`,
  );
  const code = [
    importsOf('budget', ['bounded', 'spent'], recursive.size === 0 ? '' : 'bounded spent'),
    importsOf('checks', CHECKS, body),
    importsOf(
      'formats',
      [...FORMATS.values()].map(({ check }) => check),
      body,
    ),
    body,
    `export const validators = { __proto__: null, ${exported.join(', ')} };`,
    '',
  ].join('\n');
  return { code, diagnostics };
}

/** Names that every object of JavaScript has without owning them. */
const INHERITED = new RegExp(`"(?:${Object.getOwnPropertyNames(Object.prototype).join('|')})"`);

function importsOf(module: string, names: readonly string[], body: string): string {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).sort();
  return used.length === 0 ? '' : `import { ${used.join(', ')} } from "gw-runtime/validate/${module}";`;
}

/** Ids that policies name, in the order of the plan: the members named `schema` of their options. */
function usedSchemas({ schemas, routes }: Pick<GatewayPlan, 'schemas' | 'routes'>): ReadonlySet<string> {
  const named = new Set<string>();
  const visit = (key: string, value: unknown): unknown => {
    if (key === 'schema' && typeof value === 'string') named.add(value);
    return value;
  };
  for (const { policies } of routes) {
    for (const { module, options } of policies) if (module.startsWith('validate/')) JSON.stringify(options, visit);
  }
  return new Set(schemas.map(({ id }) => id).filter((id) => named.has(id)));
}

/** Schemas that say `unevaluated*`, and all that these reach: what they evaluate must be known. */
function evaluatedSchemas(schemas: readonly SchemaPlan[]): ReadonlySet<string> {
  const byId = new Map(schemas.map(({ id, schema }): [string, Json] => [id, schema]));
  const reached = new Set<string>();
  const stack = schemas
    .filter(({ schema }) => /"unevaluated(?:Items|Properties)"/.test(JSON.stringify(schema)))
    .map(({ id }) => id);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const schema = byId.get(id);
    if (reached.has(id) || schema === undefined) continue;
    reached.add(id);
    stack.push(...shapeOf(schema).references);
  }
  return reached;
}

/** Schemas that reach themselves, and those that reach such a one: what is left when all that refer to nothing left are taken away. */
function recursiveSchemas(schemas: readonly SchemaPlan[]): ReadonlySet<string> {
  const referrers = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const { id, schema } of schemas) {
    const targets = new Set(shapeOf(schema).references);
    open.set(id, targets.size);
    for (const target of targets) {
      const known = referrers.get(target);
      if (known === undefined) referrers.set(target, [id]);
      else known.push(id);
    }
  }
  const settled = schemas.map(({ id }) => id).filter((id) => open.get(id) === 0);
  for (let id = settled.pop(); id !== undefined; id = settled.pop()) {
    open.delete(id);
    for (const referrer of referrers.get(id) ?? []) {
      const count = (open.get(referrer) ?? 0) - 1;
      open.set(referrer, count);
      if (count === 0) settled.push(referrer);
    }
  }
  return new Set(open.keys());
}

function uncompilable({ title, origin }: SchemaPlan, error: unknown): Diagnostic {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    rule: 'gateway/schema-uncompilable',
    severity: 'error',
    message: `The schema ${title} cannot be compiled: ${reason}`,
    at: { file: origin.at?.file ?? '', pointer: origin.pointer ?? '', part: 'value' },
  };
}
