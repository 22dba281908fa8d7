/** Ways to write a document differently that change nothing (D4). */
type Value = unknown;
type Fields = Readonly<Record<string, unknown>>;
/** A number from 0 up to, and without, the limit. */
export type Pick = (limit: number) => number;

/** A document of 3.1 that uses most of what can be written in several ways. */
export const sample: Fields = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1' },
  servers: [{ url: '/v2' }],
  security: [{ key: [] }, { oauth: ['orders:read', 'orders:write'] }],
  paths: {
    '/orders/{id}': {
      get: {
        operationId: 'getOrder',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
          { name: 'fields', in: 'query', schema: { type: 'array', items: { type: 'string', enum: ['id', 'total', 'lines'] } } },
          { name: 'X-Trace', in: 'header', schema: { type: ['string', 'null'] } },
        ],
        responses: {
          200: { description: 'ok', content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
          '4XX': {
            description: 'no',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        },
      },
      put: {
        operationId: 'putOrder',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
        requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
        responses: { 204: { description: 'done' } },
      },
    },
  },
  components: {
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      oauth: {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: 'https://id.example.com', scopes: { 'orders:read': 'r', 'orders:write': 'w' } } },
      },
    },
    schemas: {
      Order: {
        type: 'object',
        required: ['id', 'total', 'lines'],
        properties: {
          id: { type: 'string', readOnly: true },
          total: { type: 'number', minimum: 0 },
          note: { type: ['string', 'null'], maxLength: 200 },
          lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
          parent: { oneOf: [{ $ref: '#/components/schemas/Order' }, { type: 'null' }] },
          payment: { oneOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Invoice' }] },
        },
      },
      Line: {
        type: 'object',
        properties: { sku: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
        required: ['sku', 'count'],
      },
      Card: { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] },
      Invoice: {
        type: 'object',
        properties: { account: { type: 'string' }, due: { type: 'string', format: 'date' } },
        required: ['account', 'due'],
      },
      Problem: { type: 'object', properties: { title: { type: 'string' }, status: { type: 'integer' } } },
    },
  },
};

/** Writes a document differently at many places, as `pick` decides; the meaning stays. */
export function rewritten(document: Fields, pick: Pick): Fields {
  const components = fieldsOf(document.components);
  const schemas = fieldsOf(components.schemas);
  const inline = (name: string): Value => schemas[name];
  const paths = Object.entries(fieldsOf(document.paths)).map(
    ([path, item]) => [path, pathItem(fieldsOf(item), pick, inline)] as const,
  );
  const newSchemas = Object.entries(schemas).map(([name, one]) => [name, schema(one, pick, inline)] as const);
  return {
    ...document,
    security: pick(2) === 0 ? shuffled(listOf(document.security), pick) : document.security,
    paths: Object.fromEntries(shuffled(paths, pick)),
    components: { ...components, schemas: Object.fromEntries(shuffled(newSchemas, pick)) },
  };
}

function pathItem(item: Fields, pick: Pick, inline: (name: string) => Value): Fields {
  const operations = Object.entries(item).map(([method, one]) => [method, operation(fieldsOf(one), pick, inline)] as const);
  const rewrittenItem = Object.fromEntries(shuffled(operations, pick));
  // The parameter that all operations share moves to the path.
  if (pick(2) === 0) return rewrittenItem;
  const [shared] = listOf(fieldsOf(item.get).parameters);
  const without = operations.map(([method, one]) => [
    method,
    { ...one, parameters: listOf(one.parameters).filter((parameter) => fieldsOf(parameter).in !== 'path') },
  ]);
  return { parameters: [shared], ...Object.fromEntries(without) };
}

function operation(one: Fields, pick: Pick, inline: (name: string) => Value): Fields {
  const renamed = Object.entries(fieldsOf(one.responses)).map(([status, response]) => [
    pick(2) === 0 ? status.toLowerCase() : status,
    content(fieldsOf(response), pick, inline),
  ]);
  const parameters = listOf(one.parameters).map((written) => {
    const parameter = fieldsOf(written);
    const name = parameter.in === 'header' && pick(2) === 0 ? String(parameter.name).toLowerCase() : parameter.name;
    return {
      ...parameter,
      name,
      schema: schema(parameter.schema, pick, inline),
      ...(pick(3) === 0 ? { deprecated: false } : {}),
    };
  });
  return {
    ...one,
    ...(pick(3) === 0 ? { summary: `text ${pick(9)}` } : {}),
    parameters: shuffled(parameters, pick),
    ...(one.requestBody === undefined ? {} : { requestBody: content(fieldsOf(one.requestBody), pick, inline) }),
    responses: Object.fromEntries(renamed),
  };
}

function content(message: Fields, pick: Pick, inline: (name: string) => Value): Fields {
  if (message.content === undefined) return message;
  const media = Object.entries(fieldsOf(message.content)).map(([type, one]) => [
    pick(3) === 0 ? `${type}; charset=utf-8` : type,
    { schema: schema(fieldsOf(one).schema, pick, inline) },
  ]);
  return { ...message, content: Object.fromEntries(media) };
}

function schema(written: Value, pick: Pick, inline: (name: string) => Value, depth = 0): Value {
  const plain = fieldsOf(written);
  if (typeof plain.$ref === 'string') {
    const target = inline(plain.$ref.split('/').at(-1) ?? '');
    const choice = pick(depth > 2 ? 2 : 4);
    if (choice === 0) return { allOf: [plain] };
    return choice === 2 ? schema(target, pick, inline, depth + 1) : plain;
  }
  const inner: Record<string, unknown> = { ...plain };
  if (plain.properties !== undefined)
    inner.properties = Object.fromEntries(
      shuffled(
        Object.entries(fieldsOf(plain.properties)).map(([name, one]) => [name, schema(one, pick, inline, depth + 1)] as const),
        pick,
      ),
    );
  if (plain.items !== undefined) inner.items = schema(plain.items, pick, inline, depth + 1);
  if (plain.oneOf !== undefined)
    inner.oneOf = shuffled(
      listOf(plain.oneOf).map((one) => schema(one, pick, inline, depth + 1)),
      pick,
    );
  for (const key of ['required', 'enum', 'type']) if (Array.isArray(plain[key])) inner[key] = shuffled(plain[key], pick);
  return spelled(inner, pick);
}

/** The same schema in another spelling. */
function spelled(one: Fields, pick: Pick): Value {
  const { type, required, ...rest } = one;
  const isNullable = Array.isArray(type) && type.includes('null');
  const solid = isNullable ? type.find((name) => name !== 'null') : type;
  switch (pick(6)) {
    case 0:
      return { allOf: [one] };
    case 1:
      return { ...one, description: `text ${pick(9)}` };
    case 2:
      return isNullable ? { oneOf: [{ ...one, type: solid }, { type: 'null' }] } : one;
    case 3:
      return isNullable ? { anyOf: [{ type: 'null' }, { ...one, type: solid }] } : one;
    case 4:
      return required === undefined ? one : { allOf: [{ ...(type === undefined ? {} : { type }), ...rest }, { required }] };
    default:
      return one;
  }
}

function shuffled<T>(list: readonly T[], pick: Pick): readonly T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(pick(rest.length), 1));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
