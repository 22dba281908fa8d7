import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readSection, writeSection } from '../../../cli/bundle/section.ts';
import { parseGatewayFile } from '../../../runtime/host/load-generation.ts';

const facts = { version: '0.1.0', name: 'caf\u00e9 \u2028 //#gw:end' };
const generation = '()=>{"use strict";\nconst a=`\n//#gw:generation {}\n//#gw:end\n`;\nreturn a}';
const routes = [{ id: 'a\n//#gw:end \u2028' }];
const host = 'const a = `\n//#gw:generation {"version":"x"}\n`;';

describe('the generation section', () => {
  it('gives back the text it was made from', () => {
    const { text, head } = writeSection(host, generation, routes, facts);
    expect(readSection(text)).toEqual({ head, generation });
    expect(head).toMatchObject(facts);
    expect(parseGatewayFile(text)).toEqual({ ...head, hostCode: `${host}\n`, generation, routes: expect.any(String) });
    expect(JSON.parse(parseGatewayFile(text).routes)).toEqual(routes);
    expect(/[^\n\x20-\x7e]/.test(text)).toBe(false);
  });

  it('is all comments', () => {
    const { text } = writeSection('globalThis.hostRan = 1;', generation, routes, facts);
    expect(runInThisContext(`${text}; hostRan`)).toBe(1);
  });

  it('is refused when host or generation were changed', () => {
    const { text } = writeSection(host, generation, routes, facts);
    expect(readSection(text.replace('const a = ', 'const b = '))).toBeUndefined();
    expect(readSection(text.replace('return a', 'return b'))).toBeUndefined();
    expect(readSection(host)).toBeUndefined();
    expect(readSection('')).toBeUndefined();
  });

  it('takes ASCII only', () => {
    expect(() => writeSection('"\u2028"', generation, routes, facts)).toThrow('ASCII');
  });
});
