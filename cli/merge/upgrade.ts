import { Data, type Draft, ObjectDraft } from './draft.ts';

/** Keywords that may refuse null although `type` would accept it. */
const composing: readonly string[] = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not'];

/** Writes a schema of 3.0 as one of 3.1: `nullable` and the boolean `exclusiveMinimum` and `exclusiveMaximum` have no meaning there. */
export function upgradeSchema(schema: ObjectDraft): ObjectDraft {
  const { members } = schema;
  limit(members, 'minimum', 'exclusiveMinimum');
  limit(members, 'maximum', 'exclusiveMaximum');
  const nullable = plain(members.get('nullable')) === true;
  members.delete('nullable');
  return nullable ? withNull(schema) : schema;
}

function limit(members: Map<string, Draft>, bound: string, exclusive: string): void {
  const flag = plain(members.get(exclusive));
  if (typeof flag !== 'boolean') return;
  const value = members.get(bound);
  members.delete(exclusive);
  if (!flag || value === undefined) return;
  members.delete(bound);
  members.set(exclusive, value);
}

/** `nullable` adds null to what the schema accepts, `enum` and compositions included: that is what authors mean by it. */
function withNull(schema: ObjectDraft): ObjectDraft {
  const { members } = schema;
  if (composing.some((keyword) => members.has(keyword))) {
    const outer = new ObjectDraft();
    outer.members.set('anyOf', [schema, nullSchema()]);
    return outer;
  }
  const values = plain(members.get('enum'));
  if (Array.isArray(values) && !values.includes(null)) members.set('enum', new Data([...values, null]));
  const type = plain(members.get('type'));
  if (typeof type === 'string') members.set('type', new Data([type, 'null']));
  return schema;
}

function nullSchema(): ObjectDraft {
  const schema = new ObjectDraft();
  schema.members.set('type', new Data('null'));
  return schema;
}

function plain(draft: Draft | undefined): unknown {
  return draft instanceof Data ? draft.value : undefined;
}
