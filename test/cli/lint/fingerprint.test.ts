import { describe, expect, it } from 'vitest';
import type { Diagnostic, Place } from '../../../cli/diagnostics.ts';
import { fingerprint, uniqueFingerprints } from '../../../cli/lint/fingerprint.ts';
import { diagnose } from '../../support/diagnose.ts';
import { folderOf } from '../../support/folder.ts';

const place = (pointer: string, file = 'a.yaml'): Place => ({ file, pointer, part: 'value' });
const finding = (at: Place, message = "'x' is wrong", related: readonly Place[] = []): Diagnostic => ({
  rule: 'spec/structure',
  severity: 'error',
  message,
  at,
  related: related.map((one) => ({ at: one, message: 'Referenced here' })),
});
const printOf = (diagnostic: Diagnostic, files: Readonly<Record<string, unknown>> = {}): string =>
  fingerprint(diagnostic, (file) => files[file]);

describe('L13: a fingerprint', () => {
  it('is twelve hex digits of rule, node and what the message quotes', () => {
    const at = place('/paths/~1orders/get');
    expect(printOf(finding(at))).toMatch(/^[0-9a-f]{12}$/);
    expect(printOf(finding(at, "No field is named 'x'"))).toBe(printOf(finding(at)));
    expect(printOf(finding(at, "'y' is wrong"))).not.toBe(printOf(finding(at)));
    expect(printOf({ ...finding(at), rule: 'route/case' })).not.toBe(printOf(finding(at)));
    expect(printOf(finding(place('/paths/~1orders/put')))).not.toBe(printOf(finding(at)));
  });

  it('names items of lists, and never counts them', () => {
    const parameters = [
      { name: 'a', in: 'query' },
      { name: 'b', in: 'query' },
      { $ref: '#/x' },
      { type: 'object', properties: { k: {} } },
      'text',
    ];
    const prints = (list: readonly unknown[], file = 'a.yaml') =>
      list.map((_item, index) =>
        printOf(finding(place(`/paths/~1o/get/parameters/${index}/schema`)), {
          [file]: { paths: { '/o': { get: { parameters: list } } } },
        }),
      );
    const before = prints(parameters);
    expect(new Set(before).size).toBe(parameters.length);
    expect(prints(parameters.toReversed()).toReversed()).toEqual(before);
    expect(prints([{ name: 'new' }, ...parameters]).slice(1)).toEqual(before);
  });

  it('stays when a path item moves behind a reference, and when its parameters are renamed', () => {
    const inside = printOf(finding(place('/paths/~1orders~1{id}/get/responses')));
    const site = place('/paths/~1orders~1{orderId}/$ref', 'specs/openapi.yaml');
    const files = (reference: string) => ({ 'specs/openapi.yaml': { paths: { '/orders/{orderId}': { $ref: reference } } } });
    expect(
      printOf(finding(place('/get/responses', 'specs/paths/order.yaml'), undefined, [site]), files('paths/order.yaml')),
    ).toBe(inside);
    const shared = finding(place('/items/order/get/responses', 'common.yaml'), undefined, [site]);
    expect(printOf(shared, files('../common.yaml#/items/order'))).toBe(inside);
  });

  it('stays when a component moves to another file, not when it is another component', () => {
    const here = printOf(finding(place('/components/schemas/Order/type')));
    expect(printOf(finding(place('/components/schemas/Order/type', 'b.yaml')))).toBe(here);
    expect(printOf(finding(place('/components/schemas/User/type')))).not.toBe(here);
  });

  it('knows the file of what belongs to the document itself', () => {
    expect(printOf(finding(place('/info', 'b.yaml')))).not.toBe(printOf(finding(place('/info'))));
  });

  it('numbers equal ones', () => {
    expect(uniqueFingerprints(['a', 'b', 'a', 'a'].map((one) => ({ fingerprint: one })))).toEqual(['a', 'b', 'a:2', 'a:3']);
  });

  it('stays when lines are inserted and keys are put into another order', () => {
    const info = 'info: { title: t, version: "1" }';
    const paths = `  /orders/{id}:\n    get:\n      responses: { '200': { description: ok }, '5xx': { description: bad } }\n`;
    const prints = (text: string) =>
      diagnose(folderOf({ 'a.yaml': text }), ['a.yaml'])
        .map((one) => [one.rule, one.fingerprint])
        .toSorted();
    const before = prints(`openapi: 3.1.0\n${info}\npaths:\n${paths}`);
    expect(before.length).toBeGreaterThan(1);
    expect(prints(`openapi: 3.1.0\npaths:\n${'  # a comment\n'.repeat(50)}${paths}${info}\n`)).toEqual(before);
  });
});
