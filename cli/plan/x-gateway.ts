import { binding } from '../config/bindings.ts';
import { groups, type Key, type Level } from './key.ts';
import { nullable, object, type Shape } from './shape.ts';
import { choices, reserved, reservedMembers, vocabulary } from './vocabulary.ts';

/** The closed object `x-gateway` at one level, made of the vocabulary. Every key and every member of a group may be null. */
export function gatewayShape(level: Level): Shape<unknown> {
  const known = shapes.get(level);
  if (known !== undefined) return known;
  const shape = makeShape(level);
  shapes.set(level, shape);
  return shape;
}

const shapes = new Map<Level, Shape<unknown>>();

const levelNames: Readonly<Record<Level, string>> = { root: 'the root', path: 'a path item', operation: 'an operation' };

function makeShape(level: Level): Shape<unknown> {
  const here = vocabulary.filter(({ levels }) => levels.includes(level));
  const elsewhere = vocabulary.filter((key) => key.group === undefined && !here.includes(key));
  const fields = new Map<string, Shape<unknown>>();
  for (const key of here) if (key.group === undefined) fields.set(key.key, described(key, level));
  for (const group of groups) {
    const members = here.filter((key) => key.group === group).map((key) => [key.name, described(key, level)] as const);
    const names = reservedMembers[group] ?? [];
    if (members.length > 0) fields.set(group, nullable(object(Object.fromEntries(members), { reserved: names })));
  }
  const closed = object(Object.fromEntries(fields), { reserved });
  return {
    schema: closed.schema,
    check(value, keys, report) {
      closed.check(value, keys, (at, part, message, hint) => {
        const misplaced = elsewhere.find(({ key }) => part === 'key' && at.length === keys.length + 1 && at.at(-1) === key);
        if (misplaced === undefined) report(at, part, message, hint);
        else report(at, part, `'${misplaced.key}' cannot stand at ${levelNames[level]}`, `It stands at ${placesOf(misplaced)}.`);
      });
      const chosen = typeof value === 'object' && value !== null ? choices.filter((key) => isGiven(value, key)) : [];
      const [first, second] = chosen;
      if (second !== undefined)
        report([...keys, second], 'key', `'${first}' and '${second}' exclude each other`, 'Keep one of them.');
    },
  };
}

function described(key: Key, level: Level): Shape<unknown> {
  const shape = nullable(key.schemaAt(level));
  return { ...shape, schema: { description: key.summary, ...shape.schema } };
}

function placesOf({ levels }: Key): string {
  return levels.map((level) => levelNames[level]).join(' or ');
}

function isGiven(value: object, key: string): boolean {
  return Object.hasOwn(value, key) && Reflect.get(value, key) !== null;
}

/** `x-gateway` on a path parameter. */
export const parameterShape: Shape<unknown> = object({
  multiSegment: {
    schema: { const: true },
    check(value, keys, report) {
      if (value !== true) report(keys, 'value', "'multiSegment' must be true");
    },
  },
});

/** `x-gateway` on a security scheme: the binding. */
export const bindingShape: Shape<unknown> = binding;
