import type { GatewayConfig } from '../config/gateway.ts';
import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { ApiOperation, Fields } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';
import type { Effective } from './effective.ts';
import type { OriginLevel } from './ir.ts';
import type { Key } from './key.ts';
import { choices, vocabulary } from './vocabulary.ts';

/** A layer that values are written in. */
interface Layer {
  readonly level: OriginLevel;
  readonly node: Node<Fields>;
}

/**
 * The effective `x-gateway` values of an operation, by vocabulary key: groups merge member by member, every other value is the nearest
 * one written, whole; `null` removes. Nearest first: the row of `specs` that took the document in (its owner cannot be claimed away),
 * operation, path item, root, the gateway's defaults. Of the ways to answer (`upstream`, `redirect`, …) the nearest layer's drops the others.
 *
 * A value that cannot apply to the operation is there, with the reason in `skipped`.
 */
export function effectiveValues(
  operation: ApiOperation,
  config: Pick<GatewayConfig, 'mode' | 'defaults'>,
): ReadonlyMap<string, Effective> {
  const layers = layersOf(operation, config).map(({ level, node }) => ({ level, written: writtenIn(node) }));
  const found: { readonly key: Key; readonly effective: Effective; readonly depth: number }[] = [];
  for (const key of vocabulary) {
    const depth = layers.findIndex(({ written }) => written.has(key));
    const layer = layers[depth];
    const node = layer?.written.get(key);
    if (layer === undefined || node === undefined || node.value === null) continue;
    found.push({ key, effective: { key: key.key, node, level: layer.level }, depth });
  }
  const chosen = Math.min(...found.filter(({ key }) => isChoice(key)).map(({ depth }) => depth));
  const choice = found.find(({ key, depth }) => isChoice(key) && depth === chosen)?.key.key;
  const values = new Map<string, Effective>();
  for (const { key, effective, depth } of found) {
    const skipped = isChoice(key) && depth > chosen ? `${choice} is nearer` : reasonToSkip(key, effective, operation, choice);
    values.set(key.key, skipped === undefined ? effective : { ...effective, skipped });
  }
  return values;
}

/** Keys that say what is done before, with, and after a request to an upstream. */
const upstreamOnly: readonly string[] = ['rewrite', 'validation.response', 'headers.request'];

function reasonToSkip(
  key: Key,
  { node, level }: Effective,
  operation: ApiOperation,
  choice: string | undefined,
): string | undefined {
  const isForUpstream = key.group === 'timeouts' || upstreamOnly.includes(key.key);
  if (isForUpstream && choice !== undefined && choice !== 'upstream' && choice !== 'split')
    return `the operation has ${choice} and no upstream`;
  let skipped: string | undefined;
  key.check(node.value, {
    operation,
    level,
    inapplicable(reason) {
      skipped ??= reason;
    },
    report: () => undefined,
  });
  return skipped;
}

function isChoice({ key }: Key): boolean {
  return choices.includes(key);
}

function layersOf(operation: ApiOperation, config: Pick<GatewayConfig, 'mode' | 'defaults'>): readonly Layer[] {
  const { entry } = operation.api;
  return [
    ...(entry.node === undefined ? [] : [{ level: 'spec' as const, node: entry.node }]),
    ...operation.gateway,
    ...config.defaults.map((node): Layer => ({ level: config.mode === 'single' ? 'command' : 'defaults', node })),
  ];
}

const known = new WeakMap<Node<Fields>, ReadonlyMap<Key, Node>>();

/** What a layer says. Many operations share one, so it is remembered as long as the layer. */
function writtenIn(layer: Node<Fields>): ReadonlyMap<Key, Node> {
  const before = known.get(layer);
  if (before !== undefined) return before;
  const all = new Map<Key, Node>();
  for (const key of vocabulary) {
    const node = written(layer, key);
    if (node !== undefined) all.set(key, node);
  }
  known.set(layer, all);
  return all;
}

/** What a layer says about a key; the value is null where it takes the key, or its whole group, away. */
function written({ document, pointer, value }: Node<Fields>, { key, group, name }: Key): Node | undefined {
  if (group === undefined) {
    const own = member(value, key);
    return own === undefined ? undefined : { document, pointer: below(pointer, key), value: own };
  }
  const members = member(value, group);
  if (members === null) return { document, pointer: below(pointer, group), value: null };
  const own = isFields(members) ? member(members, name) : undefined;
  return own === undefined ? undefined : { document, pointer: below(pointer, group, name), value: own };
}
