import type { Condition } from '../plan/ir.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { flag, object, text } from '../plan/shape.ts';

/** Which version of its API an operation belongs to, and how a request asks for it. */
export interface VersionOptions {
  readonly name: string;
  /** Absent where the path alone says it. */
  readonly condition?: Condition;
  /** Header that answers vary by; absent where caches see the difference in the address. */
  readonly vary?: string;
}

const by = text({
  pattern:
    /^(?:path|header:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|query:[A-Za-z0-9._~-]+|mediaType:[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+)$/,
  says: 'path, header:<name>, query:<name> or mediaType:<type>',
});

export default defineKey({
  key: 'version',
  levels: ['root', 'path', 'operation'],
  summary: 'Which version of the API this is, and where a request names the one it wants.',
  schema: object(
    { name: text({ pattern: /^[A-Za-z0-9._-]{1,64}$/, says: 'a version such as 2 or 2026-11-01' }), by, default: flag },
    { required: ['name', 'by'] },
  ),
  check: noCheck,
  lower: ({ name, by: source, default: isDefault = false }): VersionOptions => {
    const colon = source.indexOf(':');
    const kind = colon === -1 ? source : source.slice(0, colon);
    const where = source.slice(colon + 1);
    const equals = kind === 'mediaType' ? name.replace(/^v(?=\d)/, '') : name;
    const more = isDefault ? ({ equals, version: true, orAbsent: true } as const) : ({ equals, version: true } as const);
    switch (kind) {
      case 'header':
        return { name, condition: { in: 'header', name: where.toLowerCase(), ...more }, vary: where };
      case 'query':
        return { name, condition: { in: 'query', name: where, ...more } };
      case 'mediaType':
        return { name, condition: { in: 'accept', name: where.toLowerCase(), ...more }, vary: 'Accept' };
      default:
        return { name };
    }
  },
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
