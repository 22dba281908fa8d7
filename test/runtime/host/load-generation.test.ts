import { describe, expect, it } from 'vitest';
import { writeSection } from '../../../cli/bundle/section.ts';
import { evaluateGeneration, parseGatewayFile, shareCode } from '../../../runtime/host/load-generation.ts';

const hostCode = 'const text = "\\n//#gw:generation {}";\n';
const generation = '()=>{"use strict";\nconst parts = { gateway: 1 };\n\n//> no marker\nreturn parts}';
const routes = [{ id: 'a', from: 'specs/a.yaml:1:1' }];

function bundle(): string {
  return writeSection(hostCode, generation, routes, { version: '1.2.3', name: 'shöp' }).text;
}

describe('parseGatewayFile', () => {
  it('reads what the compiler wrote', () => {
    const { head } = writeSection(hostCode, generation, routes, { version: '1.2.3', name: 'shöp' });
    const file = parseGatewayFile(bundle());
    expect(file).toMatchObject({ ...head, generation });
    expect(JSON.parse(file.routes)).toEqual(routes);
  });

  it.each([
    ['nothing', () => ''],
    ['another file', () => 'export {};\n'],
    ['the first half', () => bundle().slice(0, bundle().length / 2)],
    ['a file cut before its end', () => bundle().slice(0, bundle().lastIndexOf('\n//#gw:end'))],
    ['a changed generation', () => bundle().replace('gateway: 1', 'gateway: 2')],
    ['a changed host', () => bundle().replace('const text', 'const next')],
    ['a section without a hash', () => bundle().replace(/"sha256":"\w+",/, '')],
    ['a section that is no JSON', () => bundle().replace('generation {"version"', 'generation {"version')],
    ['a section head that is null', () => bundle().replace(/(\n\/\/#gw:generation ).*(?=\n\/\/>\(\))/, '$1null')],
  ])('refuses %s', (_what, text) => {
    expect(() => parseGatewayFile(text())).toThrow();
  });
});

describe('evaluateGeneration', () => {
  it('evaluates the text, with the shared code of another thread or without', () => {
    const { parts, script } = evaluateGeneration(generation);
    expect(parts).toEqual({ gateway: 1 });
    const cache = shareCode(script);
    expect(cache.buffer).toBeInstanceOf(SharedArrayBuffer);
    const again = evaluateGeneration(generation, cache);
    expect(again.parts).toEqual({ gateway: 1 });
    expect(again.script.cachedDataRejected).toBe(false);
  });

  it('needs no valid cache', () => {
    const other = shareCode(evaluateGeneration('()=>({ other: true })').script);
    expect(evaluateGeneration(generation, other).parts).toEqual({ gateway: 1 });
    expect(evaluateGeneration(generation, new Uint8Array(new SharedArrayBuffer(64))).parts).toEqual({ gateway: 1 });
  });
});
