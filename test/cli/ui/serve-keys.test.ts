import { describe, expect, it } from 'vitest';
import { chosen, filtered, firstView, press, requestText } from '../../../cli/ui/serve-keys.ts';
import type { RequestView } from '../../../cli/ui/serve-model.ts';

const request = (number: number, path: string, status = 200): RequestView => ({
  number,
  gateway: 0,
  time: '',
  method: 'GET',
  path,
  status,
  durationMs: 1,
  operation: 'op',
  upstream: '',
  error: '',
});
const requests = [request(3, '/c', 404), request(2, '/b'), request(1, '/a')];

describe('press', () => {
  it('chooses a request and stays with it', () => {
    const down = press(firstView, '', { downArrow: true }, requests).view;
    expect(chosen(down, requests)?.path).toBe('/b');
    expect(chosen(down, [request(4, '/d'), ...requests])?.path).toBe('/b');
    expect(press(down, '', { upArrow: true }, requests).view.selected).toBe(0);
    const last = [1, 2, 3, 4].reduce((view) => press(view, '', { downArrow: true }, requests).view, firstView);
    expect(chosen(last, requests)?.path).toBe('/a');
  });

  it('explains nothing where nothing was asked', () => {
    expect(press(firstView, 'e', {}, [])).toEqual({ view: firstView });
    expect(press(firstView, 'e', {}, requests).effect).toBe('explain');
  });

  it('takes keys as text while a filter is typed', () => {
    const typing = press(firstView, '/', {}, requests).view;
    const typed = press(typing, 'q', {}, requests);
    expect(typed).toMatchObject({ view: { mode: 'filter', filter: 'q' } });
    expect(typed.effect).toBeUndefined();
    expect(press(typed.view, '', { backspace: true }, requests).view.filter).toBe('');
    expect(press(typed.view, '', { escape: true }, requests).view).toEqual(firstView);
    expect(press(typed.view, 'c', { ctrl: true }, requests).effect).toBe('quit');
    expect(press(typed.view, 'x\u001b[2J'.repeat(100), {}, requests).view.filter).toHaveLength(60);
  });
});

it('keeps what has every word', () => {
  expect(filtered(requests, ' GET 404', requestText)).toEqual([requests[0]]);
  expect(filtered(requests, '', requestText)).toHaveLength(3);
});
