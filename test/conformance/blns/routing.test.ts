/** Naughty strings (GW_SUITES/blns) pass normalization, match and rewrite byte for byte, as path segments and as queries. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../../runtime/route/match.ts';
import { normalizePath, targetPath, targetQuery } from '../../../runtime/route/normalize.ts';
import { queryValue } from '../../../runtime/route/query.ts';
import { rewritePath } from '../../../runtime/route/rewrite.ts';
import { route, routerOf } from '../../support/routing.ts';

const suites = process.env.GW_SUITES;

function naughtyStrings(): string[] {
  const read: unknown = suites === undefined ? [] : JSON.parse(readFileSync(join(suites, 'blns', 'blns.json'), 'utf8'));
  return Array.isArray(read) ? read.filter((text): text is string => typeof text === 'string' && text.isWellFormed()) : [];
}

/** The segment as RFC 3986 normalizes it: unreserved characters raw, all else escaped; what RT-2 refuses has no such form. */
function segmentOf(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

const strings = naughtyStrings();
const routes = [route('GET /a/{x}/b'), route('GET /f/{name}.json'), route('GET /{any}/{way+}')];
const none = { query: '', header: () => undefined };

describe.skipIf(suites === undefined)('naughty strings', () => {
  it('are there', () => expect(strings.length).toBeGreaterThan(400));

  it.each(strings)('%j', async (text) => {
    const router = await routerOf(routes);
    const segment = segmentOf(text);
    const target = `/a/${segment}/b?${segment}=${segment}&raw=${text.replace(/[^!-~]|[%#&+]/g, '')}`;
    const query = targetQuery(target);
    expect(`${targetPath(target)}?${query}`).toBe(target);
    if (text !== '') expect(queryValue(query, text)).toBe(text);

    const path = normalizePath(targetPath(target));
    if (/%2F|%5C|%00/.test(segment)) return expect(path).toBeUndefined();
    if (text === '' || text === '.' || text === '..') return;
    expect(path).toBe(targetPath(target));
    const captures: number[] = [];
    expect(matchRoute(router, 'h', 'GET', path ?? '', captures, none)).toBe(0);
    expect(decodeURIComponent((path ?? '').slice(captures[0], captures[1]))).toBe(text);
    expect(rewritePath(['/i/', 0], path ?? '', captures)).toBe(`/i/${segment}`);

    const file = normalizePath(`/f/${segment}.json`) ?? '';
    expect(matchRoute(router, 'h', 'GET', file, captures, none)).toBe(1);
    expect(file.slice(captures[0], captures[1])).toBe(segment);
  });

  it('are 400 raw exactly where RT-2 says', () => {
    const refused = strings.filter((text) => normalizePath(`/a/${text}`) === undefined);
    expect(refused.filter((text) => /^[!-~]*$/.test(text) && !/[%#?\\]|(^|\/)\.\.?(\/|$)/.test(text))).toEqual([]);
    const passed = strings.filter((text) => normalizePath(`/a/${text}`) === `/a/${text}`);
    expect(passed.filter((text) => /[^!-~]|[#?\\]/.test(text))).toEqual([]);
  });
});
