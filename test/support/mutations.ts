/** Documents changed in many places at once, the same way each time, to be compared in both directions (D5). */
import { isFields } from '../../cli/resolve/walk.ts';

type Fields = Readonly<Record<string, unknown>>;

const methods: readonly string[] = ['get', 'put', 'post', 'delete', 'patch'];

/** A copy in which every seventh path is gone, and what the others ask for and give differs by their place. */
export function mutated(document: Fields): Fields {
  const paths = Object.entries(fieldsOf(document.paths)).flatMap(([path, item], index) =>
    index % 7 === 6 ? [] : [[path, isFields(item) ? mutatedItem(item, index) : item] as const],
  );
  const components = fieldsOf(document.components);
  const schemas = Object.entries(fieldsOf(components.schemas)).map(
    ([name, schema], index) => [name, isFields(schema) ? mutatedSchema(schema, index) : schema] as const,
  );
  return {
    ...document,
    paths: Object.fromEntries(paths),
    ...(schemas.length === 0 ? {} : { components: { ...components, schemas: Object.fromEntries(schemas) } }),
  };
}

function mutatedItem(item: Fields, index: number): Fields {
  const members = Object.entries(item).map(([key, value], at) => {
    if (!methods.includes(key) || !isFields(value)) return [key, value] as const;
    return [key, mutatedOperation(value, index + at)] as const;
  });
  return Object.fromEntries(members);
}

function mutatedOperation(operation: Fields, index: number): Fields {
  switch (index % 4) {
    case 0:
      return { ...operation, security: [] };
    case 1:
      return { ...operation, parameters: listOf(operation.parameters).filter((one) => !isFields(one) || one.in === 'path') };
    case 2:
      return { ...operation, deprecated: operation.deprecated !== true };
    default:
      return { ...operation, description: 'said differently' };
  }
}

function mutatedSchema(schema: Fields, index: number): Fields {
  switch (index % 5) {
    case 0:
      return { ...schema, required: listOf(schema.required).slice(1) };
    case 1:
      return { ...schema, additionalProperties: false };
    case 2:
      return { ...schema, properties: Object.fromEntries(Object.entries(fieldsOf(schema.properties)).slice(1)) };
    case 3:
      return { ...schema, minLength: 3 };
    default:
      return { ...schema, enum: ['one', 'other'] };
  }
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A document of 3.0 as 3.1 writes it: `nullable` and bounds that exclude. */
export function upgraded(document: Fields): unknown {
  return { ...fieldsOf(upgradedValue(document)), openapi: '3.1.0' };
}

function upgradedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(upgradedValue);
  if (!isFields(value)) return value;
  const { nullable, exclusiveMinimum, exclusiveMaximum, ...rest } = value;
  const members = Object.entries(rest).map(
    ([key, one]) => [key, key === 'example' || key === 'examples' ? one : upgradedValue(one)] as const,
  );
  const schema: Fields = {
    ...Object.fromEntries(members),
    ...bound('Minimum', exclusiveMinimum, rest.minimum),
    ...bound('Maximum', exclusiveMaximum, rest.maximum),
  };
  if (typeof nullable !== 'boolean') return nullable === undefined ? schema : { ...schema, nullable: upgradedValue(nullable) };
  if (!nullable) return schema;
  if (typeof schema.type === 'string')
    return {
      ...schema,
      type: [schema.type, 'null'],
      ...(Array.isArray(schema.enum) && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {}),
    };
  return Object.keys(schema).length === 0 ? schema : { oneOf: [schema, { type: 'null' }] };
}

/** A property may have the name of the keyword. */
function bound(which: 'Minimum' | 'Maximum', exclusive: unknown, limit: unknown): Fields {
  const key = `exclusive${which}`;
  if (exclusive === undefined) return {};
  if (typeof exclusive !== 'boolean') return { [key]: upgradedValue(exclusive) };
  return exclusive ? { [key]: limit, [which.toLowerCase()]: undefined } : {};
}
