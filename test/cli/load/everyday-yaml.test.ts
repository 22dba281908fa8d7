import { assert, constantFrom, integer, property, record, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everydayYaml } from '../../../cli/load/everyday-yaml.ts';
import { everydayAndLibrary } from '../../support/everyday-yaml.ts';

/** What the documents of people look like, each construct at least once. */
const text = `---
# A comment
openapi: 3.1.0   # and another
info: { title: t, "version": '1.0.0', tags: [a, "b c", {d: e}, f: g,], 'x':1 }
description: |-
  Literal text:
    with a list

  # not a comment
summary: >
  Folded
  lines

  and a gap
    kept as it is
  end
trailing: |+
  kept

wide: |2
    two spaces are text
servers:
- url: http://a.test/v1#x
  description: plain text
    on three

    lines
-
  url: "quoted
    \\
    text\\t\\u00e9"
nested:
    - - 1
      - -2.5e3
    - - 0x1F
      - .inf
      - ~
empty:
"quoted key": 'it''s

  here'
# between
paths:
  /a/{b}:
    get: {}
    put:
      200: { a: [] }
      default:
        x: True
        y: 2026-09-15
        z: 99999999999999999999
list: [one two
  three, four]
last: value
`;

describe('everyday YAML', () => {
  it('is read as the library reads it, with every place', () => {
    const [everyday, library] = everydayAndLibrary(text);
    expect(everyday).toBeDefined();
    expect(everyday).toEqual(library);
  });

  it.each([
    ['anchors', 'a: &x 1\n'],
    ['aliases', 'a: *x\n'],
    ['tags', 'a: !!str 1\n'],
    ['merge keys', '<<: { a: 1 }\n'],
    ['keys written twice', 'a: 1\na: 2\n'],
    ['keys of objects themselves', '__proto__: 1\n'],
    ['several documents', 'a: 1\n---\nb: 2\n'],
    ['directives', '%YAML 1.2\n---\na: 1\n'],
    ['tabs', 'a:\n\tb: 1\n'],
    ['carriage returns', 'a: 1\r\nb: 2\r\n'],
    ['lists at the root', '- a\n'],
    ['indentation that fits nothing', 'a:\n    b: 1\n  c: 2\n'],
    ['maps inside values', 'a: b: c\n'],
    ['keys with question marks', '? a\n: b\n'],
    ['quotes without end', 'a: "b\n'],
    ['text behind quotes', 'a: "b" c\n'],
    ['what nests too deep', `a: ${'['.repeat(600)}${']'.repeat(600)}\n`],
    ['what never ends', `a: ${'['.repeat(100_000)}`],
    ['lists too deep', `${'- '.repeat(100_000)}a`],
    ['nothing', ''],
  ])('leaves %s to the library', (_, text) => {
    expect(everydayYaml(text)).toBeUndefined();
  });

  it('says nothing of a changed text that the library would not say', () => {
    const bits = [
      ' ',
      '\n',
      '\n ',
      '\n   ',
      ': ',
      ':',
      '- ',
      '#',
      ' #',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '|',
      '>-',
      '&a ',
      '!t ',
      '\t',
      '\\',
      '1',
      '---',
    ];
    const change = record({
      at: integer({ min: 0, max: text.length }),
      bit: constantFrom('', ...bits),
      length: integer({ min: 0, max: 3 }),
    });
    // A stretch of lines without their indentation is a document of its own.
    const lines = text.split('\n');
    const stretch = tuple(integer({ min: 0, max: lines.length - 1 }), integer({ min: 1, max: 20 }));
    assert(
      property(stretch, change, change, ([from, count], ...changes) => {
        const indent = /^ */.exec(lines[from] ?? '')?.[0].length ?? 0;
        let changed = lines
          .slice(from, from + count)
          .map((line) => line.slice(Math.min(indent, line.search(/\S|$/))))
          .join('\n');
        for (const { at, bit, length } of changes) {
          const place = at % (changed.length + 1);
          changed = changed.slice(0, place) + bit + changed.slice(place + length);
        }
        const [everyday, library] = everydayAndLibrary(changed);
        expect(everyday, changed).toEqual(library);
      }),
      { numRuns: 5_000, seed: 1 },
    );
  });
});
