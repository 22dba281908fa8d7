import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import type { Fields } from '../../../resolve/api.ts';
import { isFields } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';
import { wholeSchema } from '../../schemas.ts';

export default defineRule({
  id: 'spec/schema-conflict',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No keyword of a schema takes back what another one allows.',
  why: 'What the author described cannot be sent: a value of the enum that has another type, a text that is to be longer than its limit, a required property that nothing allows.',
  fix: 'Repair the keyword that was meant otherwise.',
  source: 'JSON Schema Validation 2020-12 §6',
  create: ({ report, resolver }) => ({
    schema(visit) {
      const { node } = visit;
      for (const { keys, message } of [
        ...enumConflicts(node.value),
        ...boundConflicts(node.value),
        ...requiredConflicts(node.value),
      ])
        report({ at: { ...placeOf(node), pointer: below(node.pointer, ...keys) }, message, visit });
      if (!Array.isArray(node.value.allOf)) return;
      const types = wholeSchema(node, resolver)
        .toReversed()
        .flatMap(({ value }) => typesOf(value));
      if (types.length === 0 || types.reduce(common).length > 0) return;
      const message = `No value is ${[...new Set(types.map((one) => one.join(' or ')))].join(', and ')} at once`;
      report({ at: { ...placeOf(node, 'key'), pointer: below(node.pointer, 'allOf') }, message, visit });
    },
  }),
});

interface Conflict {
  readonly keys: readonly (string | number)[];
  readonly message: string;
}

function enumConflicts(schema: Fields): readonly Conflict[] {
  const [types] = typesOf(schema);
  if (types === undefined || !Array.isArray(schema.enum)) return [];
  return schema.enum.flatMap((value: unknown, index) => {
    if (types.some((type) => isOf(value, type))) return [];
    return [
      { keys: ['enum', index], message: `${JSON.stringify(value)} is no ${types.join(' or ')}, which the schema asks for` },
    ];
  });
}

/** What a schema says of types, `nullable` included, as a list of none or one. */
function typesOf({ type, nullable }: Fields): readonly (readonly string[])[] {
  const types = Array.isArray(type) ? type.filter((one) => typeof one === 'string') : typeof type === 'string' ? [type] : [];
  return types.length === 0 ? [] : [nullable === true ? [...types, 'null'] : types];
}

function common(some: readonly string[], others: readonly string[]): readonly string[] {
  return some.flatMap((type) => {
    if (others.includes(type)) return [type];
    const isNumber = (type === 'integer' && others.includes('number')) || (type === 'number' && others.includes('integer'));
    return isNumber ? ['integer'] : [];
  });
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isFields(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

const bounds = [
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
  ['minimum', 'maximum'],
  ['minimum', 'exclusiveMaximum'],
  ['exclusiveMinimum', 'maximum'],
  ['exclusiveMinimum', 'exclusiveMaximum'],
] as const;

function boundConflicts(schema: Fields): readonly Conflict[] {
  return bounds.flatMap(([least, most]) => {
    const [low, high] = [schema[least], schema[most]];
    if (typeof low !== 'number' || typeof high !== 'number') return [];
    const isOpen = least.startsWith('exclusive') || most.startsWith('exclusive');
    if (low < high || (low === high && !isOpen)) return [];
    return [{ keys: [least], message: `${least} ${low} and ${most} ${high} leave no value` }];
  });
}

/** `additionalProperties: false` sees only the properties written beside it. */
function requiredConflicts({ required, properties, patternProperties, additionalProperties }: Fields): readonly Conflict[] {
  if (additionalProperties !== false || patternProperties !== undefined || !Array.isArray(required)) return [];
  return required.flatMap((name: unknown, index) => {
    if (typeof name !== 'string' || (isFields(properties) && Object.hasOwn(properties, name))) return [];
    return [{ keys: ['required', index], message: `'${name}' is required, and additionalProperties: false refuses it` }];
  });
}
