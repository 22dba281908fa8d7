import { defineKey, unordered } from '../plan/key.ts';
import { object, type Shape, text } from '../plan/shape.ts';
import { encodePath, hasDotSegment, templateParts, unknownParameters } from './path-template.ts';

export interface RedirectTarget {
  readonly status: number;
  readonly location: readonly (string | number)[];
}

const statuses = [301, 302, 303, 307, 308];

const status: Shape<number> = {
  schema: { enum: statuses },
  check(value, keys, report) {
    if (!statuses.some((one) => one === value)) report(keys, 'value', `'status' must be one of ${statuses.join(', ')}`);
  },
};

const to = text({
  pattern: /^(?:\/(?!\/)|https?:\/\/[A-Za-z0-9.:[\]-]+(?=[/]|$))[^\s?#\\]*$/,
  says: 'a path that begins with one /, or an http(s) URL, without a query',
});

export default defineKey({
  key: 'redirect',
  levels: ['path', 'operation'],
  summary: 'Where the caller is sent instead of an upstream. The query goes along.',
  schema: object({ to, status }, { required: ['to'] }),
  check({ to: target }, { operation, report }) {
    if (hasDotSegment(target)) report('A redirect has no dot segments');
    for (const name of unknownParameters(target, operation)) {
      report(
        `${operation.mount}${operation.path} has no parameter {${name}}`,
        'A redirect can hold the parameters of the path only.',
      );
    }
  },
  lower: (authored, { operation }): RedirectTarget => ({
    status: authored.status ?? 307,
    location: templateParts(authored.to, operation, encodePath),
  }),
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

/** Whether a redirect leads to a host that is none of the gateway's own. */
export function leavesSite(target: string, hosts: readonly string[]): boolean {
  if (target.startsWith('/')) return false;
  const [authority = ''] = target.replace(/^https?:\/\//, '').split('/');
  return !hosts.includes(authority.toLowerCase());
}
