import type { Amounts, KeyPart, LimitOptions } from '../../runtime/limits/limit.ts';
import { tokensOf } from '../load/pointer.ts';
import { nearest } from '../nearest.ts';
import { count, either, list, map, object, oneOf, type Shape, text } from '../plan/shape.ts';
import { isFields } from '../resolve/walk.ts';

/** A limit as its key lowers it; what it is called and where it counts depends on where it was written (`cli/plan/limits.ts`). */
export interface LimitDraft extends Omit<LimitOptions, 'id' | 'by'> {
  readonly by: readonly KeyPart[];
  /** Constant parts of the key. */
  readonly per: readonly ('operation' | 'service')[];
}

/** Larger numbers would leave whole numbers behind. */
const MOST = 1_000_000_000;

/** How many; at least one. */
export const amount: Shape<number> = count(1, MOST);

/** How many for everybody, or by plan. */
export const amounts: Shape<AmountsAuthored> = either({ when: (value) => !isFields(value), shape: amount }, map(amount));

export type AmountsAuthored = number | Readonly<Record<string, number>>;

/** Names of a map by plan that are no plans. */
export const NO_PLANS: readonly string[] = ['anonymous', 'default'];

/** Plans that a map names. */
export function plansOf(authored: AmountsAuthored): readonly string[] {
  return typeof authored === 'number' ? [] : Object.keys(authored).filter((name) => !NO_PLANS.includes(name));
}

export function lowerAmounts(authored: AmountsAuthored): Amounts {
  if (typeof authored === 'number') return { plans: [], otherwise: authored };
  const given = new Map(Object.entries(authored));
  const [anonymous, otherwise] = [given.get('anonymous'), given.get('default')];
  return {
    plans: [...given].filter(([name]) => !NO_PLANS.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1)),
    ...(anonymous === undefined ? {} : { anonymous }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

/** Every number of an authored amount. */
export function numbersOf(authored: AmountsAuthored): readonly number[] {
  return typeof authored === 'number' ? [authored] : Object.values(authored);
}

const WORDS = ['consumer', 'user', 'apiKey', 'ip', 'tenant', 'operation', 'service', 'global'] as const;
const IP = /^ip\/(4[89]|[5-9]\d|1[01]\d|12[0-8])$/;
const CLAIM = /^claim:\S+$/;
const HEADER = /^header:[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const pattern = `^(?:${WORDS.join('|')})$|${IP.source}|${CLAIM.source}|${HEADER.source}`;

const word: Shape<string> = {
  schema: { anyOf: [{ enum: WORDS }, { type: 'string', pattern }] },
  check(value, keys, report) {
    if (typeof value === 'string' && new RegExp(pattern).test(value)) return;
    const near = typeof value === 'string' ? nearest(value, WORDS) : undefined;
    const hint =
      near === undefined ? `Known: ${WORDS.join(', ')}, ip/56, claim:<name>, header:<name>.` : `Did you mean '${near}'?`;
    report(keys, 'value', "'by' must be a word for who is counted, or a list of them", hint);
  },
};

/** Whom a limit counts. */
export const by: Shape<string | readonly string[]> = either({ when: Array.isArray, shape: list(word, { minimum: 1 }) }, word);

export function wordsOf(authored: string | readonly string[]): readonly string[] {
  return typeof authored === 'string' ? [authored] : authored;
}

const field = text({ pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, says: 'the name of a header field' });
const told = object({ header: field, reserve: count(0, 1_000_000) }, { required: ['header'] });

const place = text({ pattern: /^(?:\/(?:[^~/]|~[01])*)+$/, says: 'a JSON pointer, such as /items/count' });
const said = object({ body: place, reserve: count(0, 1_000_000) }, { required: ['body'] });

/** What one request takes: a number, or what a header field of the answer says (RL-9). */
export const planCost = either({ when: (value) => typeof value === 'number', shape: count(0, 1_000_000) }, told);

/** The same, or what the body of the request says. */
export const cost = either({ when: (value) => isFields(value) && 'body' in value, shape: said }, planCost);

export type CostAuthored =
  | number
  | { readonly header: string; readonly reserve?: number }
  | { readonly body: string; readonly reserve?: number };

/** What is taken at admission. */
export function reserveOf(authored: CostAuthored = 1): number {
  return typeof authored === 'number' ? authored : (authored.reserve ?? 1);
}

export function lowerCost(authored: CostAuthored = 1): Pick<LimitDraft, 'cost' | 'settledBy' | 'saidAt'> {
  const reserve = reserveOf(authored);
  if (typeof authored === 'number') return { cost: reserve };
  return 'body' in authored
    ? { cost: reserve, saidAt: tokensOf(authored.body) }
    : { cost: reserve, settledBy: authored.header.toLowerCase() };
}

/** How a store that instances share is asked: for every request, or ahead (RL-21). */
export const counting = oneOf('exact', 'leased');

/** What is said of a limit that its kind cannot do: counting ahead, and costs that are known afterwards. */
export function checkCounting(
  { counting: authored, mode, cost: paid }: CountingAuthored,
  { name, isPlain }: { readonly name: string; readonly isPlain: boolean },
  report: (message: string, hint?: string) => void,
): void {
  const isTold = typeof paid === 'object';
  const teller = isTold && 'body' in paid ? 'body' : 'answer';
  if (isTold && !isPlain) report(`A cost that the ${teller} tells means nothing to ${name}`, 'Write a number.');
  if (authored !== 'leased') return;
  if (!isPlain) report(`'counting: leased' means nothing to ${name}`, 'Remove it.');
  else if (mode === 'report') report("'counting: leased' means nothing to a limit that only reports", 'Remove it.');
  else if (isTold) report(`'counting: leased' means nothing where the ${teller} tells the cost`, 'Remove it.');
}

interface CountingAuthored {
  readonly counting?: 'exact' | 'leased';
  readonly mode?: 'enforce' | 'report';
  readonly cost?: CostAuthored;
}

const status: Shape<429 | 503> = {
  schema: { enum: [429, 503] },
  check(value, keys, report) {
    if (value !== 429 && value !== 503) report(keys, 'value', "'status' must be 429 or 503");
  },
};

/** Members that every limit has. */
export const common = {
  by,
  status,
  mode: oneOf('enforce', 'report'),
  onStoreFailure: oneOf('local', 'open', 'closed'),
  onMissingKey: oneOf('reject', 'ip', 'skip'),
} as const;

export interface CommonAuthored {
  readonly by?: string | readonly string[];
  readonly status?: 429 | 503;
  readonly mode?: 'enforce' | 'report';
  readonly onStoreFailure?: 'local' | 'open' | 'closed';
  readonly onMissingKey?: 'reject' | 'ip' | 'skip';
}

export function lowerCommon({
  by: authored = 'global',
  status: refusal = 429,
  mode,
  onStoreFailure = 'local',
  onMissingKey = 'reject',
}: CommonAuthored): Pick<LimitDraft, 'by' | 'per' | 'status' | 'report' | 'onStoreFailure' | 'onMissingKey'> {
  const words = [...new Set(wordsOf(authored))];
  return {
    by: words.flatMap(keyPart),
    per: words.filter((one) => one === 'operation' || one === 'service').sort(),
    ...(refusal === 503 ? { status: refusal } : {}),
    ...(mode === 'report' ? { report: true } : {}),
    onStoreFailure,
    onMissingKey,
  };
}

/** RL-27. */
const IPV6_BITS = 64;

function keyPart(text: string): readonly KeyPart[] {
  const bits = IP.exec(text)?.[1];
  if (bits !== undefined) return [{ from: 'ip', ipv6Bits: Number(bits) }];
  if (text.startsWith('claim:')) return [{ from: 'claim', name: text.slice('claim:'.length) }];
  if (text.startsWith('header:')) return [{ from: 'header', name: text.slice('header:'.length).toLowerCase() }];
  switch (text) {
    case 'consumer':
    case 'user':
    case 'apiKey':
    case 'tenant':
      return [{ from: text }];
    case 'ip':
      return [{ from: 'ip', ipv6Bits: IPV6_BITS }];
    default:
      return [];
  }
}

/** Whether what a limit counts by is known only of callers with a credential. */
export function needsIdentity({ by: parts }: Pick<LimitDraft, 'by'>): boolean {
  return parts.some(({ from }) => from !== 'ip' && from !== 'header');
}
