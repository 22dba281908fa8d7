/** A gateway repository of five teams, and a series of pull requests to it. */
export type Files = Readonly<Record<string, string>>;

const gateway = `name: shop
specs:
  - { files: specs/orders.yaml, owner: orders }
  - { files: specs/payments.yaml, owner: payments }
  - { files: specs/users.yaml, owner: users }
  - { files: specs/catalog.yaml, owner: catalog }
  - { files: specs/shipping.yaml, owner: shipping }
upstreams:
  orders: { url: http://orders.test }
  payments: { url: http://payments.test }
  users: { url: http://users.test }
  catalog: { url: http://catalog.test }
  shipping: { url: http://shipping.test }
security:
  customer: { type: jwt, issuer: https://id.example.com, audience: shop, jwks: https://id.example.com/jwks }
teams:
  platform: { reviewers: ["@acme/platform"] }
  orders: { paths: [/v1/orders/**], reviewers: ["@acme/orders"] }
  payments: { paths: [/v1/payments/**, /v1/users/me], reviewers: ["@acme/payments"] }
  users: { paths: [/v1/users/**], reviewers: ["@acme/users"] }
  catalog: { paths: [/v1/catalog/**], reviewers: ["@acme/catalog"] }
  shipping: { paths: [/v1/shipping/**], reviewers: ["@acme/shipping"] }
guardrails:
  - name: bounded-writes
    match: { methods: [POST, PUT, PATCH, DELETE] }
    require: { timeouts.total: { atMost: 30s } }
`;

function head(title: string, team: string, version = '3.1.0'): string {
  return `openapi: ${version}
info: { title: ${title}, version: 1.0.0, description: What ${team} does. }
servers: [{ url: /v1 }]
security:
  - customer: []
x-gateway:
  upstream: ${team}
`;
}

const schemes = `components:
  securitySchemes:
    customer: { type: http, scheme: bearer, bearerFormat: JWT }
`;

const orders = `${head('Orders', 'orders')}  limits: { rate: { requests: 60, per: 1m, by: ip } }
paths:
  /orders/{orderId}:
    get:
      operationId: getOrder
      summary: One order.
      parameters: [{ name: orderId, in: path, required: true, schema: { type: string } }]
      responses: { 200: { description: The order., content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
  /orders:
    post:
      operationId: placeOrder
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
      responses: { 201: { description: Placed. } }
${schemes}  schemas:
    Order: { type: object, required: [total], properties: { id: { type: string, readOnly: true }, total: { type: number }, note: { type: [string, 'null'] } } }
`;

const payments = `${head('Payments', 'payments')}paths:
  /payments:
    post:
      operationId: pay
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [amount], properties: { amount: { type: number } } } } } }
      responses: { 201: { description: Paid. } }
  /payments/{paymentId}:
    get:
      operationId: getPayment
      parameters: [{ name: paymentId, in: path, required: true, schema: { type: string } }]
      responses: { 200: { description: The payment. } }
${schemes}`;

const users = `${head('Users', 'users')}paths:
  /users/{userId}:
    get:
      operationId: getUser
      parameters: [{ name: userId, in: path, required: true, schema: { type: string } }]
      responses: { 200: { description: The user. } }
${schemes}`;

const catalog = `${head('Catalog', 'catalog')}paths:
  /catalog/items:
    get:
      operationId: listItems
      responses: { 200: { description: Items. } }
  /catalog/legacy:
    get:
      operationId: listLegacy
      deprecated: true
      x-gateway: { lifecycle: { deprecated: 2026-03-01, sunset: 2026-11-01 } }
      responses: { 200: { description: Items as they were. } }
${schemes}`;

const shipping = `${head('Shipping', 'shipping', '3.0.3')}paths:
  /shipping/parcels/{parcelId}:
    get:
      operationId: getParcel
      parameters: [{ name: parcelId, in: path, required: true, schema: { type: string, format: uuid } }]
      responses: { 200: { description: The parcel., content: { application/json: { schema: { $ref: '#/components/schemas/Parcel' } } } } }
${schemes}  schemas:
    Parcel:
      type: object
      properties:
        weight: { type: number, minimum: 0, exclusiveMinimum: true }
        note: { type: string, nullable: true }
        label: { type: string, format: byte }
`;

/** The repository before any of the pull requests. */
export const shop: Files = {
  'gateway.yaml': gateway,
  'specs/orders.yaml': orders,
  'specs/payments.yaml': payments,
  'specs/users.yaml': users,
  'specs/catalog.yaml': catalog,
  'specs/shipping.yaml': shipping,
};

export interface PullRequest {
  readonly name: string;
  /** Whether it may be merged without anybody's consent. */
  readonly passes: boolean;
  readonly files: Files;
}

/** What would not change the text is a mistake of the fixture. */
function edited(file: string, ...edits: readonly (readonly [from: string, to: string])[]): Files {
  let text = shop[file] ?? '';
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return { ...shop, [file]: text };
}

function route(path: string, operationId: string): string {
  return `paths:\n  ${path}:\n    get:\n      operationId: ${operationId}\n      responses: { 200: { description: New. } }\n`;
}

export const pullRequests: readonly PullRequest[] = [
  { name: 'take-over', passes: false, files: edited('specs/payments.yaml', ['paths:\n', route('/users/me', 'whoPays')]) },
  { name: 'root-security-deleted', passes: false, files: edited('specs/payments.yaml', ['security:\n  - customer: []\n', '']) },
  { name: 'limit-raised', passes: false, files: edited('specs/orders.yaml', ['requests: 60', 'requests: 6000']) },
  {
    name: 'past-sunset',
    passes: true,
    files: edited('specs/catalog.yaml', [
      catalog.slice(catalog.indexOf('  /catalog/legacy'), catalog.indexOf('components:')),
      '',
    ]),
  },
  {
    name: 'foreign-prefix',
    passes: false,
    files: edited('specs/shipping.yaml', ['paths:\n', route('/catalog/parcels', 'listParcels')]),
  },
  {
    name: 'harmless-rename',
    passes: true,
    files: edited('specs/orders.yaml', ['orderId', 'id'], ['schemas/Order', 'schemas/Purchase'], ['    Order:', '    Purchase:']),
  },
  {
    name: 'documentation-only',
    passes: true,
    files: edited(
      'specs/orders.yaml',
      ['One order.', 'One order of a customer.'],
      ['What orders does.', 'Everything about orders.'],
    ),
  },
  {
    name: 'migration-to-3.1',
    passes: true,
    files: edited(
      'specs/shipping.yaml',
      ['openapi: 3.0.3', 'openapi: 3.1.1'],
      ['minimum: 0, exclusiveMinimum: true', 'exclusiveMinimum: 0'],
      ['type: string, nullable: true', "type: [string, 'null']"],
      ['format: byte', 'contentEncoding: base64'],
    ),
  },
];
