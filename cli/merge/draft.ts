/**
 * A published document while names of components are still open: plain JSON, but for references, which hold the component itself. Two
 * drafts are compared before anything is named, so that what two documents call differently is still found equal.
 */
import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
import type { ObjectKind } from '../resolve/table.ts';
import { canonical } from './canonical.ts';

export type Draft = Data | ObjectDraft | MapDraft | Reference | SecurityDraft | readonly Draft[];

/** Whatever a document says that holds no reference of OpenAPI; never looked into. */
export class Data {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** An object of OpenAPI: some of its keys are documentation. */
export class ObjectDraft {
  readonly members = new Map<string, Draft>();
  /** Of a discriminator without `mapping`: the schemas whose names are its values. */
  implicit: readonly Component[] = [];
}

/** An object whose keys are names that authors chose. */
export class MapDraft {
  readonly members = new Map<string, Draft>();
}

/** The text of a reference to a component. */
export class Reference {
  readonly to: Component;

  constructor(to: Component) {
    this.to = to;
  }
}

/** Security requirements; their keys are names of schemes. */
export class SecurityDraft {
  readonly alternatives: readonly ReadonlyMap<string, { readonly scheme: Component | undefined; readonly scopes: unknown }>[];

  constructor(alternatives: SecurityDraft['alternatives']) {
    this.alternatives = alternatives;
  }
}

/** Something that is written once below `components` and referenced. */
export interface Component {
  readonly section: Section;
  readonly kind: ObjectKind;
  readonly file: string;
  readonly pointer: string;
  /** What documents call it. */
  readonly baseName: string;
  /** Whether a document declares it below its `components`, under this name. */
  readonly isDeclared: boolean;
  draft: Draft;
  /** The final name. */
  name: string;
}

export type Section =
  | 'schemas'
  | 'responses'
  | 'parameters'
  | 'examples'
  | 'requestBodies'
  | 'headers'
  | 'securitySchemes'
  | 'links'
  | 'callbacks'
  | 'mediaTypes';

/** The JSON of a draft, once all components have their names. */
export function finish(draft: Draft): Json {
  if (draft instanceof Data) return json(draft.value);
  if (draft instanceof Reference) return pointerTo(draft.to);
  if (draft instanceof SecurityDraft) return draft.alternatives.map(finishRequirement);
  if (draft instanceof ObjectDraft || draft instanceof MapDraft) {
    const members = [...draft.members].map(([key, member]): [string, Json] => [key, finish(member)]);
    const mapping = draft instanceof ObjectDraft ? implicitMapping(draft) : undefined;
    if (mapping !== undefined) members.push(['mapping', mapping]);
    return Object.fromEntries(members);
  }
  return draft.map(finish);
}

/** `#/components/schemas/Order`; names of components need no escaping. */
export function pointerTo({ section, name }: Component): string {
  return `#/components/${section}/${name}`;
}

function finishRequirement(alternative: SecurityDraft['alternatives'][number]): Json {
  return Object.fromEntries([...alternative].map(([name, { scheme, scopes }]) => [scheme?.name ?? name, json(scopes)]));
}

/** Values of a discriminator are names of schemas; a renamed one keeps its value by an entry. */
function implicitMapping({ implicit, members }: ObjectDraft): Json | undefined {
  if (members.has('mapping') || implicit.every(({ name, baseName }) => name === baseName)) return undefined;
  return Object.fromEntries(implicit.map((component) => [component.baseName, pointerTo(component)]));
}

/** Keys that say nothing about what is valid. */
const documentation: ReadonlySet<string> = new Set(['title', 'summary', 'description', 'example', 'examples', 'externalDocs']);

/** What a draft says but for documentation: a text with a mark for each component it names, and these components in that order. */
export function meaningOf(draft: Draft): { readonly text: string; readonly references: readonly Component[] } {
  const references: Component[] = [];
  const write = (at: Draft): string => {
    if (at instanceof Data) return canonical(at.value);
    if (at instanceof Reference) {
      references.push(at.to);
      return '§';
    }
    if (at instanceof SecurityDraft) {
      for (const { scheme } of at.alternatives.flatMap((one) => [...one.values()]))
        if (scheme !== undefined) references.push(scheme);
      return canonical(at.alternatives.map((one) => [...one].map(([name, { scopes }]) => [name, scopes])));
    }
    if (at instanceof ObjectDraft || at instanceof MapDraft) {
      const kept = [...at.members].filter(([key]) => at instanceof MapDraft || !documentation.has(key));
      const implicit = at instanceof ObjectDraft ? at.implicit : [];
      references.push(...implicit);
      return `${implicit.map(({ baseName }) => baseName).join()}{${kept
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`)
        .join()}}`;
    }
    return `[${at.map(write).join()}]`;
  };
  const text = write(draft);
  return { text, references };
}
