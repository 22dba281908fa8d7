import type { RequestView } from './serve-model.ts';

/** What the person at the terminal has chosen. */
export interface ServeView {
  readonly mode: 'live' | 'filter' | 'explain' | 'help';
  readonly filter: string;
  /** Number of the chosen request; 0 = the newest one, whichever that is. */
  readonly selected: number;
  readonly explained: readonly string[];
  /** First line that is shown of what was explained. */
  readonly scroll: number;
}

export const firstView: ServeView = { mode: 'live', filter: '', selected: 0, explained: [], scroll: 0 };

/** A key as ink names it. */
export interface Key {
  readonly upArrow?: boolean;
  readonly downArrow?: boolean;
  readonly return?: boolean;
  readonly escape?: boolean;
  readonly backspace?: boolean;
  readonly delete?: boolean;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

export interface Pressed {
  readonly view: ServeView;
  /** What is to be done besides. */
  readonly effect?: 'quit' | 'explain';
}

const LONGEST_FILTER = 60;

/**
 * What a key does.
 *
 * @param input the character, '' for keys that are none
 * @param requests those that the filter leaves, newest first
 */
export function press(view: ServeView, input: string, key: Key, requests: readonly RequestView[]): Pressed {
  if (key.ctrl === true) return input === 'c' ? { view, effect: 'quit' } : { view };
  if (view.mode === 'filter') return { view: typed(view, input, key) };
  if (input === 'q') return { view, effect: 'quit' };
  if (view.mode === 'help') return { view: { ...view, mode: 'live' } };
  if (view.mode === 'explain') return { view: reading(view, input, key) };
  if (input === '?') return { view: { ...view, mode: 'help' } };
  if (input === '/') return { view: { ...view, mode: 'filter' } };
  if (key.escape === true) return { view: { ...view, filter: '', selected: 0 } };
  if (input === 'e' || key.return === true) return requests.length === 0 ? { view } : { view, effect: 'explain' };
  if (key.upArrow === true || key.downArrow === true) return { view: moved(view, key.upArrow === true ? -1 : 1, requests) };
  return { view };
}

function typed(view: ServeView, input: string, key: Key): ServeView {
  if (key.return === true) return { ...view, mode: 'live' };
  if (key.escape === true) return { ...view, mode: 'live', filter: '', selected: 0 };
  if (key.backspace === true || key.delete === true) return { ...view, filter: [...view.filter].slice(0, -1).join('') };
  const text = input.replace(/[^\x20-\x7e]/g, '');
  return { ...view, filter: (view.filter + text).slice(0, LONGEST_FILTER), selected: 0 };
}

function reading(view: ServeView, input: string, key: Key): ServeView {
  if (key.escape === true || input === 'e' || key.return === true) return { ...view, mode: 'live' };
  const step = key.upArrow === true ? -1 : key.downArrow === true ? 1 : 0;
  return { ...view, scroll: Math.min(Math.max(0, view.explained.length - 1), Math.max(0, view.scroll + step)) };
}

/** Up from the newest stays there: new ones are shown as they come. */
function moved(view: ServeView, step: number, requests: readonly RequestView[]): ServeView {
  const at = view.selected === 0 ? 0 : requests.findIndex(({ number }) => number === view.selected);
  const next = Math.min(requests.length - 1, Math.max(0, at) + step);
  return { ...view, selected: next <= 0 ? 0 : (requests[next]?.number ?? 0) };
}

/** The request that `e` explains. */
export function chosen(view: ServeView, requests: readonly RequestView[]): RequestView | undefined {
  return requests.find(({ number }) => number === view.selected) ?? requests[0];
}

/** Requests, or routes, that every word of the filter is in. */
export function filtered<T>(items: readonly T[], filter: string, textOf: (item: T) => string): readonly T[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return items;
  return items.filter((item) => {
    const text = textOf(item).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What a filter looks at. */
export function requestText({ method, path, status, operation, upstream, error }: RequestView): string {
  return `${method} ${status} ${path} ${operation} ${upstream} ${error}`;
}
