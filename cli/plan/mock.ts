import type { MockAnswer } from '../../runtime/actions/mock.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { mockAnswers } from '../mock/answers.ts';
import { MockSchemas } from '../mock/mock-schemas.ts';
import { connectionFields, ownResponseFields } from '../policies/header-names.ts';
import mockKey from '../policies/mock.ts';
import type { Resolver } from '../resolve/api.ts';
import type { MockAction } from './ir.ts';
import { json } from './json.ts';
import { lowered } from './lowered.ts';

/** Answers that need no upstream. */
export class Mocks {
  /** Whether what would be sent to an upstream is answered here (`gw serve --mock`). */
  readonly everywhere: boolean;
  readonly #schemas: MockSchemas;

  constructor(resolver: Resolver, everywhere: boolean) {
    this.everywhere = everywhere;
    this.#schemas = new MockSchemas(resolver);
  }

  /** What the operation itself, or what it inherits from, answers; undefined where it does not. */
  authored(merged: MergedOperation): MockAction | undefined {
    const authored = lowered(mockKey, merged);
    if (authored === undefined) return undefined;
    return authored === true ? this.fromDocument(merged) : { kind: 'mock', answers: [fixedAnswer(authored)] };
  }

  fromDocument({ operation }: MergedOperation): MockAction {
    return { kind: 'mock', answers: mockAnswers(operation, this.#schemas) };
  }
}

interface FixedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A text is sent as it is, anything else as JSON. */
function fixedAnswer({ status = 200, headers = {}, body }: FixedAnswer): MockAnswer {
  const written = Object.entries(headers)
    .map(([name, value]): readonly [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !connectionFields.includes(name) && !ownResponseFields.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (body === undefined) return { status, headers: written, contents: [] };
  const isText = typeof body === 'string';
  const hasType = written.some(([name]) => name === 'content-type');
  const type: readonly [string, string] = ['content-type', isText ? 'text/plain; charset=utf-8' : 'application/json'];
  const text = isText ? body : JSON.stringify(json(body));
  return { status, headers: hasType ? written : [type, ...written], contents: [], body: text };
}
