/**
 * Ajv, set up to write source text for the schemas of a gateway plan. Each schema is compiled by itself: our `$ref` is a call by the name
 * of the other schema's function, so no depth of references is a depth of recursion here.
 */
import { _, Ajv2020, type CodeKeywordDefinition, type KeywordCxt, type KeywordDefinition, Name, nil } from 'ajv/dist/2020.js';
import { or } from 'ajv/dist/compile/codegen/index.js';
import { evaluatedPropsToName, mergeEvaluated, Type } from 'ajv/dist/compile/util.js';
import { invariant } from '../errors.ts';
import type { Json } from '../plan/ir.ts';
import { compilePattern } from '../plan/schema-pattern.ts';
import { FORMATS } from './formats.ts';

/** Names the function of a schema by its id in the plan. */
export type FunctionName = (schemaId: string) => string;

/** What differs between schemas: both cost code, so only schemas that need them have them. */
export interface CompileOptions {
  /** Members are looked up as own properties: the schema names one that all objects inherit, such as `constructor`. */
  readonly ownProperties: boolean;
  /** Notes which properties and items were evaluated: the schema takes part in an `unevaluated*`. */
  readonly unevaluated: boolean;
  /** Its calls are counted: it refers to itself, or to a schema that does. */
  readonly recursive: boolean;
}

export class SchemaCompiler {
  readonly #ajv: Ajv2020;

  /** @param optimize makes the text shorter and faster; a third of what compiling costs */
  constructor(nameOf: FunctionName, optimize: boolean) {
    this.#ajv = newAjv(optimize);
    for (const keyword of keywords(nameOf)) this.#replace(keyword);
    for (const keyword of QUIET) this.#silence(keyword);
  }

  /**
   * Source text of the constants and the function of a schema, the function named `name`. A constant is given once, with the first schema
   * that uses it.
   *
   * @throws Error when Ajv cannot compile it
   */
  compile(name: string, schema: Json, { ownProperties, unevaluated, recursive }: CompileOptions): string {
    const ajv = this.#ajv;
    ajv.opts.ownProperties = ownProperties;
    ajv.opts.unevaluated = unevaluated;
    const { source } = ajv.compile(asSchema(schema));
    invariant(source !== undefined, 'Ajv keeps the source');
    const tidied = tidy(source.validateCode, source.validateName.str, name);
    const code = recursive ? tidied.replace('{', `{if(spent(${name}))return false;`) : tidied;
    const used = { ...source.scopeValues, schema: needed(source.scopeValues.schema, code) };
    const constants = ajv.scope.scopeCode(used, this.#used, undefined).toString();
    const evaluated = source.evaluated === undefined ? '' : `${name}.evaluated = ${source.evaluated};`;
    return `${tidy(constants, undefined, name)}${code}\n${evaluated}`;
  }

  readonly #used: NonNullable<Parameters<Ajv2020['scope']['scopeCode']>[1]> = {};

  #replace(keyword: CodeKeywordDefinition & { readonly keyword: string }): void {
    this.#ajv.removeKeyword(keyword.keyword);
    this.#ajv.addKeyword(keyword);
  }

  /** Leaves out the parameters of an error that would repeat the schema or the request. */
  #silence(keyword: string): void {
    const definition = this.#ajv.getKeyword(keyword);
    invariant(typeof definition === 'object', `Ajv knows ${keyword}`);
    const silent: KeywordDefinition = { ...definition, keyword, error: NO_PARAMETERS };
    this.#ajv.removeKeyword(keyword);
    this.#ajv.addKeyword(silent);
  }
}

const NO_PARAMETERS = { message: '', params: _`{}` };
const QUIET = [
  'enum',
  'const',
  'pattern',
  'additionalProperties',
  'propertyNames',
  'oneOf',
  'unevaluatedProperties',
  'if',
] as const;

function newAjv(optimize: boolean): Ajv2020 {
  const regExp = Object.assign((source: string) => compilePattern(source), { code: 'compilePattern' });
  const ajv = new Ajv2020({
    strict: false,
    strictNumbers: true,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: false,
    messages: false,
    logger: false,
    allowUnionTypes: true,
    validateFormats: false,
    code: { source: true, esm: true, lines: false, optimize, regExp },
  });
  ajv.opts.dynamicRef = false;
  return ajv;
}

/** Schemas that the code names: Ajv notes each, named or not. */
function needed<T extends { readonly str: string }>(names: Iterable<T> | undefined, code: string): Set<T> {
  return new Set([...(names ?? [])].filter(({ str }) => code.includes(str)));
}

/** Ajv's types ask for an object of its own; what is checked here is that it is one. */
function asSchema(schema: Json): boolean | Record<string, unknown> {
  if (typeof schema === 'boolean') return schema;
  invariant(typeof schema === 'object' && schema !== null && !Array.isArray(schema), 'a schema is an object or a boolean');
  return { ...schema };
}

/** A string literal, or code that is replaced. Reading starts outside of literals, so what stands inside of one is never taken for code. */
const PIECES =
  /\{type: schema\d+(?:\.[\w$]+|\["(?:[^"\\]|\\.)*"\]|\[\d+\])*\}|"(?:[^"\\]|\\.)*"|schemaPath:"(?:[^"\\]|\\.)*",|require\("ajv\/dist\/runtime\/equal"\)\.default|\bvalidate\d+\b|\{instancePath="", parentData, parentDataProperty, rootData=data\}=\{\}/g;

function tidy(code: string, ownName: string | undefined, name: string): string {
  return code.replace(PIECES, (piece) => {
    if (piece.startsWith('"')) return piece;
    if (piece.startsWith('schemaPath')) return '';
    if (piece.startsWith('require')) return 'equal';
    if (piece.startsWith('{type')) return '{}';
    if (piece.startsWith('{')) return 'instancePath=""';
    return piece === ownName ? name : piece;
  });
}

const V_ERRORS = new Name('vErrors');
const ERRORS = new Name('errors');
const INSTANCE_PATH = new Name('instancePath');

function keywords(nameOf: FunctionName): readonly (CodeKeywordDefinition & { readonly keyword: string })[] {
  return [
    { keyword: '$ref', schemaType: 'string', code: (cxt) => callSchema(cxt, nameOf) },
    { keyword: 'gw:discriminator', schemaType: 'object', trackErrors: true, error: DISCRIMINATOR, code: dispatch },
    {
      keyword: 'format',
      schemaType: 'string',
      error: { message: '', params: ({ schema }) => _`{format: ${schema}}` },
      code: format,
    },
    {
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      error: NO_PARAMETERS,
      code: (cxt) => cxt.fail(_`!${new Name('hasUniqueItems')}(${cxt.data})`),
    },
    {
      keyword: 'multipleOf',
      type: 'number',
      schemaType: 'number',
      error: { message: '', params: ({ schema }) => _`{multipleOf: ${schema}}` },
      code: (cxt) => cxt.fail(_`!${new Name('isMultipleOf')}(${cxt.data}, ${cxt.schema})`),
    },
    { keyword: 'if', schemaType: ['object', 'boolean'], trackErrors: true, error: NO_PARAMETERS, code: condition },
    {
      keyword: 'unevaluatedItems',
      type: 'array',
      schemaType: ['object', 'boolean'],
      error: NO_PARAMETERS,
      code: unevaluatedItems,
    },
    lengthLimit(
      'maxLength',
      (cxt) => _`${cxt.data}.length > ${cxt.schema} && ${new Name('codePoints')}(${cxt.data}) > ${cxt.schema}`,
    ),
    lengthLimit('minLength', (cxt) => _`${new Name('codePoints')}(${cxt.data}) < ${cxt.schema}`),
  ];
}

function lengthLimit(
  keyword: string,
  fails: (cxt: KeywordCxt) => ReturnType<typeof _>,
): CodeKeywordDefinition & { readonly keyword: string } {
  return {
    keyword,
    type: 'string',
    schemaType: 'number',
    error: { message: '', params: ({ schema }) => _`{limit: ${schema}}` },
    code: (cxt) => cxt.fail(fails(cxt)),
  };
}

function callSchema(cxt: KeywordCxt, nameOf: FunctionName): void {
  const { gen, it, data } = cxt;
  const reference: unknown = cxt.schema;
  invariant(typeof reference === 'string' && reference.startsWith('gw:'), 'references of the plan are ids');
  const name = new Name(nameOf(reference.slice('gw:'.length)));
  const path = it.errorPath.emptyStr() ? INSTANCE_PATH : _`${INSTANCE_PATH} + ${it.errorPath}`;
  cxt.result(
    _`${name}(${data}, ${path})`,
    () => {
      if (it.opts.unevaluated !== true) return;
      if (it.props !== true) it.props = mergeEvaluated.props(gen, gen.var('props', _`${name}.evaluated.props`), it.props, Name);
      if (it.items !== true) it.items = mergeEvaluated.items(gen, gen.var('items', _`${name}.evaluated.items`), it.items, Name);
    },
    () => {
      gen.assign(V_ERRORS, _`${V_ERRORS} === null ? ${name}.errors : ${V_ERRORS}.concat(${name}.errors)`);
      gen.assign(ERRORS, _`${V_ERRORS}.length`);
    },
  );
}

/** What branches evaluate is known at run time only: it is noted in variables from here on. */
function noteEvaluated({ gen, it }: KeywordCxt): void {
  if (it.opts.unevaluated !== true) return;
  if (it.props !== true && !(it.props instanceof Name)) it.props = evaluatedPropsToName(gen, it.props);
  if (it.items !== true && !(it.items instanceof Name)) it.items = gen.var('items', it.items ?? 0);
}

/** Ajv's own counts what a condition evaluated even when the condition fails. */
function condition(cxt: KeywordCxt): void {
  const { gen, it } = cxt;
  const parent: unknown = cxt.parentSchema;
  const has = (keyword: string): boolean => typeof parent === 'object' && parent !== null && Object.hasOwn(parent, keyword);
  if (!has('then') && !has('else') && it.opts.unevaluated !== true) return;
  noteEvaluated(cxt);
  const valid = gen.let('valid', true);
  const holds = gen.name('_valid');
  const tested = cxt.subschema({ keyword: 'if', compositeRule: true, createErrors: false, allErrors: false }, holds);
  cxt.reset();
  const clause = (keyword: 'then' | 'else'): void => {
    if (!has(keyword)) return;
    const clauseValid = gen.name('_valid');
    const applied = cxt.subschema({ keyword }, clauseValid);
    gen.assign(valid, clauseValid);
    cxt.mergeEvaluated(applied, Name);
  };
  gen.if(holds);
  cxt.mergeEvaluated(tested, Name);
  clause('then');
  if (has('else')) {
    gen.else();
    clause('else');
  }
  gen.endIf();
  cxt.pass(valid, () => cxt.error(true));
}

/** Ajv's own compares with `true` as if it were a number when compositions evaluated all items. */
function unevaluatedItems(cxt: KeywordCxt): void {
  const { gen, data, it } = cxt;
  const { items } = it;
  if (items === true) return;
  const length = gen.const('len', _`${data}.length`);
  const from = items instanceof Name ? gen.const('from', _`${items} === true ? ${length} : ${items} || 0`) : (items ?? 0);
  const valid = gen.var('valid', true);
  gen.forRange('i', from, length, (i) => {
    cxt.subschema({ keyword: 'unevaluatedItems', dataProp: i, dataPropType: Type.Num }, valid);
    gen.if(_`!${valid}`, () => gen.break());
  });
  cxt.ok(valid);
  it.items = true;
}

function format(cxt: KeywordCxt): void {
  const known = FORMATS.get(String(cxt.schema));
  if (known === undefined) return;
  cxt.fail(_`typeof ${cxt.data} === ${known.type} && !${new Name(known.check)}(${cxt.data})`);
}

const DISCRIMINATOR = {
  message: '',
  params: ({ schema }: { readonly schema?: { readonly propertyName?: string } }) => _`{property: ${schema?.propertyName}}`,
};

/** An object whose tag is a string goes to the one schema of the tag; everything else is judged by the composition. */
function dispatch(cxt: KeywordCxt): void {
  const { gen, data } = cxt;
  const { propertyName, mapping, fallback, oneOf, anyOf } = readDiscriminator(cxt.schema);
  noteEvaluated(cxt);
  const valid = gen.let('valid', false);
  const keyword = oneOf === undefined ? 'anyOf' : 'oneOf';
  const members = oneOf ?? anyOf ?? [];
  const apply = (schema: Json): void => {
    const memberValid = gen.name('_valid');
    const member = cxt.subschema(
      { schema: asSchema(schema), schemaPath: nil, topSchemaRef: nil, errSchemaPath: '' },
      memberValid,
    );
    cxt.mergeEvaluated(member, Name);
    gen.assign(valid, memberValid);
  };
  const isTagged = _`${data} && typeof ${data} == "object" && !Array.isArray(${data}) && Object.hasOwn(${data}, ${propertyName})`;
  const tag = gen.const('tag', _`${isTagged} ? ${data}[${propertyName}] : undefined`);
  gen.if(false);
  for (const [index, member] of members.entries()) {
    const tests = Object.keys(mapping)
      .filter((value) => mapping[value] === index)
      .map((value) => _`${tag} === ${value}`);
    if (tests.length === 0) continue;
    gen.elseIf(or(...tests));
    apply(member);
  }
  if (fallback !== undefined) {
    gen.elseIf(_`${data} && typeof ${data} == "object" && !Array.isArray(${data})`);
    apply(members[fallback] ?? false);
  } else {
    gen.elseIf(_`typeof ${tag} == "string"`);
    cxt.error();
  }
  gen.else();
  apply({ [keyword]: members });
  gen.endIf();
  cxt.ok(valid);
}

interface LoweredDiscriminator {
  readonly propertyName: string;
  readonly mapping: Readonly<Record<string, number>>;
  readonly fallback?: number;
  readonly oneOf?: readonly Json[];
  readonly anyOf?: readonly Json[];
}

/** The lowered form that `cli/plan/schema-discriminator.ts` writes. */
function readDiscriminator(schema: LoweredDiscriminator): LoweredDiscriminator {
  return schema;
}
