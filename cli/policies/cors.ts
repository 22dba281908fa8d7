import type { CorsOptions } from '../../runtime/policies/cors.ts';
import { member } from '../load/pointer.ts';
import { defineKey, unordered } from '../plan/key.ts';
import { duration, fits, flag, list, object, type TypeOf, text } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';
import type { ApiOperation } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';
import { headerName } from './header-names.ts';

const origin = text({
  pattern: /^(?:\*|null|[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?[a-z0-9.[\]:-]+)$/,
  says: 'an origin such as https://app.example.com or https://*.example.com, or * alone',
});
const names = list(text(headerName));

/** What scripts of other origins may read without being told (CR-2). */
const EXPOSED = [
  'cache-status',
  'deprecation',
  'etag',
  'link',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'sunset',
  'www-authenticate',
  'x-gw-key-expires',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
];

const shape = object(
  {
    origins: list(origin, { minimum: 1 }),
    credentials: flag,
    headers: names,
    expose: names,
    maxAge: duration({ minimum: '0ms' }),
  },
  { required: ['origins'] },
);

/** Authored `cors` where no operation is known: for answers to requests that no route takes. Undefined for what does not fit. */
export function corsOfDefaults(authored: unknown): CorsOptions | undefined {
  return fits(shape, authored) ? corsOptions(authored, []) : undefined;
}

function corsOptions(
  { origins, credentials = false, headers = [], expose = [], maxAge = '10m' }: TypeOf<typeof shape>,
  declared: readonly string[],
): CorsOptions {
  const patterns = origins.filter((one) => one.includes('://*.')).toSorted();
  return {
    origins: origins.filter((one) => !one.includes('*')).toSorted(),
    suffixes: patterns.map((one): readonly [string, string] => {
      const [before = '', behind = ''] = one.split('*');
      return [before, behind];
    }),
    any: origins.includes('*') && !credentials,
    credentials,
    allowHeaders: sorted([...headers, ...declared]).join(', '),
    exposeHeaders: sorted([...EXPOSED, ...expose]).join(', '),
    maxAgeSeconds: Math.floor(milliseconds(maxAge) / 1_000),
  };
}

export default defineKey({
  key: 'cors',
  levels: ['root', 'path', 'operation'],
  summary: 'Web origins whose scripts may call. Methods and request headers come from the document.',
  schema: object(
    {
      origins: list(origin, { minimum: 1 }),
      credentials: flag,
      headers: names,
      expose: names,
      maxAge: duration({ minimum: '0ms' }),
    },
    { required: ['origins'] },
  ),
  rule: 'gateway/cors',
  check({ origins, credentials }, { report }) {
    if (credentials === true && origins.includes('*')) {
      report('Every origin with credentials would let any web page act as the user', 'List the origins.');
    }
    if (credentials === true && origins.includes('null'))
      report("'null' with credentials would let any sandboxed page act as the user", 'List the origins.');
    const wide = credentials === true ? origins.find((one) => /^[a-z]+:\/\/\*\.[a-z0-9-]+(?::\d+)?$/.test(one)) : undefined;
    if (wide !== undefined) report(`'${wide}' with credentials would let every site below a top-level domain act as the user`);
    if (origins.length > 1 && origins.includes('*')) report("'*' stands alone: it holds every other origin");
  },
  lower: (authored, { operation }): CorsOptions => corsOptions(authored, declaredHeaders(operation)),
  compare: unordered,
  stage: 'headers',
  runtime: { module: 'policies/cors', factory: 'cors' },
});

/** Request headers that the document itself declares: parameters, the type of a body, and where credentials stand (CR-4). */
function declaredHeaders({ parameters, requestBody, security, api }: ApiOperation): readonly string[] {
  const declared = parameters.filter(({ in: place }) => place === 'header').map(({ name }) => name);
  const schemes = new Set((security?.value ?? []).flatMap((requirement) => Object.keys(requirement)));
  const credentials = [...schemes].flatMap((name) => {
    const scheme = api.securitySchemes.get(name)?.value;
    if (!isFields(scheme)) return [];
    const isKey = member(scheme, 'type') === 'apiKey';
    const key = member(scheme, 'name');
    if (!isKey) return member(scheme, 'type') === 'mutualTLS' ? [] : ['authorization'];
    return member(scheme, 'in') === 'header' && typeof key === 'string' ? [key] : [];
  });
  return [...declared, ...credentials, ...(requestBody === undefined ? [] : ['content-type'])];
}

function sorted(list: readonly string[]): readonly string[] {
  return [...new Set(list.map((name) => name.toLowerCase()).filter((name) => headerName.pattern.test(name)))].sort();
}
