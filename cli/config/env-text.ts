import type { Shape } from '../plan/shape.ts';

const REFERENCE = /\$\{[A-Za-z_][A-Za-z0-9_]*(?::-([^}]*))?\}/g;

/** Whether a text holds `${`, well-formed or not. */
export function hasReference(value: unknown): value is string {
  return typeof value === 'string' && value.includes('${');
}

/** The text with every default in place; undefined when a reference has none, so that only the start of the bundle can tell. */
export function withDefaults(text: string): string | undefined {
  let complete = true;
  const result = text.replace(REFERENCE, (_reference, fallback: string | undefined) => {
    complete &&= fallback !== undefined;
    return fallback ?? '';
  });
  return complete ? result : undefined;
}

/** A value, or a text with `${NAME:-default}` whose meaning is known when the bundle starts; with its defaults it must fit, too. */
export function fromEnvironment<T>(shape: Shape<T>, read: (text: string) => unknown = (text) => text): Shape<T | string> {
  return {
    schema: { anyOf: [shape.schema, { type: 'string', pattern: '\\$\\{' }] },
    check(value, keys, report) {
      if (!hasReference(value)) return shape.check(value, keys, report);
      if (value.replaceAll(REFERENCE, '').includes('${')) {
        report(keys, 'value', `'${value}' holds something that is no \${NAME} or \${NAME:-default}`);
        return;
      }
      const known = withDefaults(value);
      if (known !== undefined) shape.check(read(known), keys, report);
    },
  };
}
