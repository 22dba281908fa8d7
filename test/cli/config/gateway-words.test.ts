import { describe, expect, it } from 'vitest';
import { gatewayFileSchema } from '../../../cli/config/editor-schema.ts';
import { gatewayFile } from '../../../cli/config/gateway-file.ts';
import { gatewayWords, WHOLE } from '../../../cli/config/gateway-words.ts';
import { member } from '../../../cli/load/pointer.ts';

/** Paths of all members of a schema, as `gatewayWords` writes them. */
function pathsOf(schema: unknown, path: string): readonly string[] {
  if (WHOLE.has(path)) return [];
  const alternatives = member(schema, 'anyOf');
  const properties = Object.entries(Object(member(schema, 'properties') ?? {}));
  const others = member(schema, 'additionalProperties');
  return [
    ...(Array.isArray(alternatives) ? alternatives.flatMap((one) => pathsOf(one, path)) : []),
    ...pathsBelow(member(schema, 'items'), `${path}[]`),
    ...(typeof others === 'object' ? pathsBelow(others, `${path}.*`) : []),
    ...properties.flatMap(([name, of]) => {
      const own = path === '' ? name : `${path}.${name}`;
      return [own, ...pathsOf(of, own)];
    }),
  ];
}

function pathsBelow(schema: unknown, path: string): readonly string[] {
  return schema === undefined ? [] : pathsOf(schema, path);
}

describe('what the members of the gateway file say', () => {
  it('is said of every member, and of nothing else', () => {
    const paths = [...new Set(pathsOf(gatewayFile.schema, ''))].sort();
    expect(Object.keys(gatewayWords).sort()).toEqual(paths);
  });

  it('is a sentence each', () => {
    for (const words of Object.values(gatewayWords)) expect(words).toMatch(/^[A-Z`a-z].*[.]$/);
  });

  it('is told to editors', () => {
    const said = member(member(member(gatewayFileSchema(), 'properties'), 'server'), 'description');
    expect(said).toBe(gatewayWords.server);
  });
});
