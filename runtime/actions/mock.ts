import type { Reply } from '../contract.ts';
import type { ServedExchange } from '../exchange.ts';
import { ACCEPT_SLOT } from '../header-slots.ts';
import { negotiate } from '../negotiate.ts';
import { problem } from '../problem.ts';
import { essenceOf } from '../validate/media-type.ts';
import type { ActionEnv, ActionFactory } from './action.ts';

export interface MockOptions {
  /** What may be answered; the first one where the caller prefers nothing. At least one. */
  readonly answers: readonly MockAnswer[];
}

export interface MockAnswer {
  /** Sent, unless the caller names another one of `range`. */
  readonly status: number;
  /** First digit of a range, `4` for `4XX`; `any` for `default`; absent = this status only. */
  readonly range?: '1' | '2' | '3' | '4' | '5' | 'any';
  /** Names lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** By media type; empty = no body. */
  readonly contents: readonly MockContent[];
  /** Sent whatever the caller accepts; there are no `contents` then. */
  readonly body?: string;
}

export interface MockContent {
  /** As sent, parameters included. */
  readonly type: string;
  /** The first one where the caller names none. At least one. */
  readonly examples: readonly { readonly name?: string; readonly body: string }[];
}

/**
 * Answers instead of an upstream with what was decided at build: the examples of the document, or values that fit its schemas. The caller
 * chooses by `Accept`, and by `Prefer: code=404` or `Prefer: example=name` (RFC 7240); what is not there is passed over, as that RFC says.
 *
 * @returns the answer, or 406 when the caller takes none of its media types
 */
export const mock = (({ answers }: MockOptions, { headerSlot }: Pick<ActionEnv, 'headerSlot'>) => {
  const preferSlot = headerSlot('prefer');
  return (exchange: Pick<ServedExchange, 'header'>): Reply => {
    const preferred = preferencesOf(exchange.header(preferSlot));
    const found = choose(answers, preferred);
    if (found === undefined) return problem.internal;
    const { answer, status, applied } = found;
    const headers =
      applied.length === 0 ? answer.headers : [...answer.headers, ['preference-applied', applied.join(', ')] as const];
    if (answer.contents.length === 0) return { status, headers, ...(answer.body === undefined ? {} : { body: answer.body }) };
    const types = answer.contents.map(({ type }) => essenceOf(type) ?? type);
    const content = answer.contents[negotiate(exchange.header(ACCEPT_SLOT), types)];
    if (content === undefined) return problem.notAcceptable(types);
    const example = content.examples.find(({ name }) => name !== undefined && name === preferred.example) ?? content.examples[0];
    return { status, headers: [['content-type', content.type], ...headers], body: example?.body ?? '' };
  };
}) satisfies ActionFactory<MockOptions>;

interface Preferences {
  readonly code: number | undefined;
  readonly example: string | undefined;
}

function preferencesOf(prefer: string | undefined): Preferences {
  let code: number | undefined;
  let example: string | undefined;
  for (const [, name, quoted, token] of (prefer ?? '').slice(0, LONGEST).matchAll(PREFERENCE)) {
    const value = quoted ?? token ?? '';
    if (name?.toLowerCase() === 'example') example ??= value;
    else if (/^[2-5]\d\d$/.test(value)) code ??= Number(value);
  }
  return { code, example };
}

const PREFERENCE = /(?:^|[,;])\s*(code|example)\s*=\s*(?:"([^"]*)"|([^\s,;"]*))/gi;
const LONGEST = 1_000;

function choose(
  answers: readonly MockAnswer[],
  { code, example }: Preferences,
): { readonly answer: MockAnswer; readonly status: number; readonly applied: readonly string[] } | undefined {
  const holds = ({ contents }: MockAnswer): boolean =>
    contents.some(({ examples }) => examples.some(({ name }) => name !== undefined && name === example));
  const ofCode = code === undefined ? undefined : answers.find((one) => one.range === undefined && one.status === code);
  const inRange = code === undefined ? undefined : answers.find(({ range }) => range === String(code).charAt(0));
  const asked = ofCode ?? inRange ?? (code === undefined ? undefined : answers.find(({ range }) => range === 'any'));
  const answer = asked ?? answers.find(holds) ?? answers[0];
  if (answer === undefined) return undefined;
  const applied: string[] = [];
  if (asked !== undefined) applied.push(`code=${code}`);
  if (holds(answer)) applied.push(`example=${/^[\w-]+$/.test(example ?? '') ? example : `"${example}"`}`);
  return { answer, status: asked === undefined ? answer.status : (code ?? answer.status), applied };
}
