/**
 * Bindings: how the credentials of an OpenAPI scheme are verified. They stand in `security` of the gateway file, or without one at the
 * scheme itself (`x-gateway`).
 */
import type { IdentitySource } from '../../runtime/policies/identity-headers.ts';
import {
  count,
  duration,
  either,
  flag,
  isText,
  list,
  map,
  object,
  oneOf,
  oneOrMany,
  type Shape,
  type ShapeReport,
  text,
} from '../plan/shape.ts';
import { isFields } from '../resolve/walk.ts';
import { fromEnvironment, hasReference } from './env-text.ts';

const url = text({ pattern: /^https?:\/\/[^\s#]+$/, says: 'an http(s) URL' });
const file = text({ pattern: /^file:\S/, says: '`file:` and the path of a file' });
const issuer = fromEnvironment(
  text({ pattern: /^https?:\/\/[^\s#?]+$/, says: 'the issuer as its tokens name it: an http(s) URL' }),
);
const name = text();
const claim = object({ claim: name }, { required: ['claim'] });
const plan = either({ when: isText, shape: name }, claim);
/** A secret stands in no file of a repository (AK-8). */
const secret: Shape<string> = {
  schema: { type: 'string', pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$' },
  check(value, keys, report) {
    const whole = hasReference(value) && /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(value);
    if (!whole) report(keys, 'value', 'A secret cannot stand here', 'Take it from the environment: ${NAME}, without a default.');
  },
};

const header = { pattern: /^[A-Za-z0-9-]+$/, says: 'the name of a header' };
const identitySource = either(
  { when: isText, shape: oneOf('subject', 'consumer', 'plan', 'tenant', 'apiKey', 'scopes', 'roles', 'certificate') },
  claim,
);

/** What services are told about callers (ID-4). */
export const identity = object({
  headers: map(identitySource, header),
  signed: object(
    {
      key: fromEnvironment(file),
      header: text(header),
      issuer: fromEnvironment(name),
      lifetime: duration({ minimum: '10s', maximum: '10m' }),
    },
    { required: ['key'] },
  ),
});

/** ID-2, ID-4: what holds where the gateway file says nothing. */
export const identityDefaults: Readonly<Record<string, IdentitySource>> = {
  'X-User-Id': 'subject',
  'X-User-Roles': 'roles',
  'X-Consumer-Id': 'consumer',
};

/** JW-1: what can be verified with a public key. */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const claims = { subject: claim, scopes: claim, roles: claim, tenant: claim, consumer: claim, plan };
const rules = {
  issuer,
  audience: oneOrMany(fromEnvironment(name)),
  audienceReason: text(),
  clockSkew: duration({ minimum: '0ms', maximum: '120s' }),
  forward: flag,
  ...claims,
};

const introspectionClient = {
  endpoint: fromEnvironment(url),
  clientId: fromEnvironment(name),
  clientSecret: secret,
  clientKey: fromEnvironment(file),
  clientKeyId: name,
  clientCertificate: fromEnvironment(file),
  algorithm: oneOf(...algorithms),
  timeout: duration({ maximum: '10s' }),
};

/** The members of each kind of binding. */
export const bindings = {
  jwt: object(
    {
      type: oneOf('jwt'),
      ...rules,
      jwks: fromEnvironment(either({ when: (value) => isText(value) && String(value).startsWith('file:'), shape: file }, url)),
      algorithms: list(oneOf(...algorithms), { minimum: 1 }),
      types: list(text(), { minimum: 1 }),
      requireAccessToken: flag,
      remember: duration({ maximum: '1h' }),
      staleKeys: duration({ minimum: '0ms', maximum: '7d' }),
      introspection: object(introspectionClient, { required: ['clientId'] }),
    },
    { required: ['type', 'issuer', 'audience'] },
  ),
  introspection: object(
    {
      type: oneOf('introspection'),
      ...rules,
      ...introspectionClient,
      remember: duration({ maximum: '10m' }),
    },
    { required: ['type', 'issuer', 'audience', 'clientId'] },
  ),
  apiKey: object(
    {
      type: oneOf('apiKey'),
      keys: fromEnvironment(text({ pattern: /^(?:file:\S|store$)/, says: '`file:` and the path of a file, or store' })),
      pepper: oneOrMany(secret),
      plan: name,
      awsCompat: flag,
      keysPerConsumer: count(1, 1_000),
      forward: flag,
    },
    { required: ['type', 'keys'] },
  ),
  mtls: object(
    {
      type: oneOf('mtls'),
      ca: fromEnvironment(file),
      crl: fromEnvironment(file),
      header: text({ pattern: /^[A-Za-z0-9-]+$/, says: 'the name of a header' }),
      names: list(text(), { minimum: 1 }),
      keys: list(text({ pattern: /^[A-Za-z0-9+/_-]{43}=?$/, says: 'a SHA-256 in base64' }), { minimum: 1 }),
      plan: name,
    },
    { required: ['type', 'ca'] },
  ),
  basic: object(
    { type: oneOf('basic'), users: fromEnvironment(file), plan: name, forward: flag },
    { required: ['type', 'users'] },
  ),
} as const;

export type BindingType = keyof typeof bindings;

const types = Object.keys(bindings);

/** Which kind a binding says it is; undefined for none. */
export function bindingType(value: unknown): BindingType | undefined {
  const type =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'type') ? Reflect.get(value, 'type') : undefined;
  return isBindingType(type) ? type : undefined;
}

function isBindingType(type: unknown): type is BindingType {
  return typeof type === 'string' && Object.hasOwn(bindings, type);
}

/** A binding, with the members of its kind. */
export const binding: Shape<unknown> = {
  schema: { type: 'object', required: ['type'], anyOf: Object.values(bindings).map(({ schema }) => schema) },
  check(value, keys, report) {
    const type = bindingType(value);
    if (type === undefined) {
      checkType(value, keys, report);
      return;
    }
    bindings[type].check(value, keys, report);
    if (type === 'jwt' || type === 'introspection') checkAudience(value, keys, report);
    if (type === 'introspection') checkClient(value, keys, report);
    const nested = type === 'jwt' && isFields(value) ? value.introspection : undefined;
    if (nested !== undefined) checkClient(nested, [...keys, 'introspection'], report);
  },
};

function checkType(value: unknown, keys: Parameters<ShapeReport>[0], report: ShapeReport): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(keys, 'value', 'A binding must be an object');
    return;
  }
  if (!Object.hasOwn(value, 'type')) {
    report(keys, 'key', "A binding needs 'type'", `One of ${types.join(', ')}.`);
    return;
  }
  oneOf(...types).check(Reflect.get(value, 'type'), [...keys, 'type'], report);
}

/** The gateway proves itself to the server that it asks (IN-1). */
function checkClient(value: unknown, keys: Parameters<ShapeReport>[0], report: ShapeReport): void {
  if (!isFields(value) || value.clientSecret !== undefined || value.clientKey !== undefined) return;
  report(keys, 'key', 'The server that knows the tokens would not know the gateway', 'Add clientSecret: ${NAME}, or clientKey.');
}

/** Tokens for anybody are accepted on purpose only (JW-2). */
function checkAudience(value: unknown, keys: Parameters<ShapeReport>[0], report: ShapeReport): void {
  if (typeof value !== 'object' || value === null) return;
  const reason = Reflect.get(value, 'audienceReason');
  if (Reflect.get(value, 'audience') === 'any' && reason === undefined) {
    report(
      [...keys, 'audience'],
      'value',
      'Tokens for every audience would be accepted',
      'Name the audience, or say why in audienceReason.',
    );
  }
}
