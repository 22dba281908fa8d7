import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { compilePattern } from '../plan/schema-pattern.ts';

/**
 * Whether values conform to lowered schemas, decided here and now. The running gateway's own validators are written as text (`cli/emit`);
 * this serves what is made while building.
 */
export class Conformance {
  readonly #ajv: Ajv2020;

  constructor() {
    const regExp = Object.assign((source: string) => compilePattern(source), { code: 'compilePattern' });
    this.#ajv = new Ajv2020({
      strict: false,
      meta: false,
      validateSchema: false,
      inlineRefs: false,
      logger: false,
      allowUnionTypes: true,
      code: { regExp },
    });
    ajvFormats.default(this.#ajv);
    // RFC 3339 demands the colon in an offset; the gateway's own check does, too.
    this.#ajv.addFormat('date-time', /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/);
    this.#ajv.addKeyword({ keyword: 'gw:discriminator', macro: composed });
  }

  /** Makes a schema known that others name by its id. */
  add(id: string, schema: Json): void {
    this.#ajv.addSchema(asSchema(schema), `gw:${id}`);
  }

  /**
   * Says whether values conform to a schema. Of a schema that cannot be compiled, or a value too deep to be looked at, nothing is known: it
   * passes.
   */
  of(schema: Json): (value: Json) => boolean {
    try {
      const validate = this.#ajv.compile(asSchema(schema));
      return (value) => passes(() => validate(value));
    } catch {
      return () => true;
    }
  }
}

function passes(check: () => unknown): boolean {
  try {
    return check() === true;
  } catch {
    return true;
  }
}

/** A choice by tag, in words of JSON Schema. */
function composed(tagged: unknown): object {
  const name = String(member(tagged, 'propertyName'));
  const mapping = member(tagged, 'mapping');
  const branches: unknown = member(tagged, 'oneOf') ?? member(tagged, 'anyOf');
  const tags = Object.entries(Object(mapping)).map(([tag, index]) => ({
    if: { properties: { [name]: { const: tag } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: Array.isArray(branches) ? branches[Number(index)] : true,
  }));
  return { required: [name], properties: { [name]: { enum: Object.keys(Object(mapping)) } }, allOf: tags };
}

function asSchema(schema: Json): boolean | Record<string, unknown> {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? { ...schema } : schema !== false;
}
