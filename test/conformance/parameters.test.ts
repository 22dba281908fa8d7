import { describe, expect, it } from 'vitest';
import { validated } from '../support/validation.ts';

/**
 * The table of OpenAPI: style × explode × type, one test a cell. Each cell says how a value is written; it must be read as exactly that
 * value (the schema accepts nothing else), and another value written the same way must be refused.
 */
const VALUES = {
  empty: { value: '', schema: { type: 'string', enum: [''] } },
  string: { value: 'blue', schema: { type: 'string', enum: ['blue'] } },
  array: { value: ['blue', 'black', 'brown'], schema: { type: 'array', items: { type: 'string' } } },
  numbers: { value: [1, 2, 3], schema: { type: 'array', items: { type: 'integer' } } },
  object: {
    value: { R: 100, G: 200, B: 150 },
    schema: {
      type: 'object',
      properties: { R: { type: 'integer' }, G: { type: 'integer' }, B: { type: 'integer' } },
      additionalProperties: false,
    },
  },
} as const;

type Kind = keyof typeof VALUES;

interface Cell {
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly style: string;
  readonly explode: boolean;
  readonly kind: Kind;
  readonly written: string;
  /** The same serialization of another value. */
  readonly other: string;
}

function cell(where: Cell['in'], style: string, explode: boolean, kind: Kind, written: string, other: string): Cell {
  return { in: where, style, explode, kind, written, other };
}

const CELLS: readonly Cell[] = [
  cell('path', 'simple', false, 'string', 'blue', 'red'),
  cell('path', 'simple', true, 'string', 'blue', 'red'),
  cell('path', 'simple', false, 'array', 'blue,black,brown', 'blue,black'),
  cell('path', 'simple', true, 'array', 'blue,black,brown', 'blue,brown,black'),
  cell('path', 'simple', false, 'object', 'R,100,G,200,B,150', 'R,100,G,200,B,151'),
  cell('path', 'simple', true, 'object', 'R=100,G=200,B=150', 'R=100,G=200'),
  cell('path', 'label', false, 'empty', '.', '.red'),
  cell('path', 'label', false, 'string', '.blue', 'blue'),
  cell('path', 'label', true, 'string', '.blue', '.red'),
  cell('path', 'label', false, 'array', '.blue,black,brown', '.blue.black.brown'),
  cell('path', 'label', true, 'array', '.blue.black.brown', '.blue,black,brown'),
  cell('path', 'label', false, 'object', '.R,100,G,200,B,150', '.R,100,G'),
  cell('path', 'label', true, 'object', '.R=100.G=200.B=150', '.R=100.G=200.B=x'),
  cell('path', 'matrix', false, 'empty', ';color', ';colour'),
  cell('path', 'matrix', false, 'string', ';color=blue', ';colour=blue'),
  cell('path', 'matrix', true, 'string', ';color=blue', 'color=blue'),
  cell('path', 'matrix', false, 'array', ';color=blue,black,brown', ';color=blue'),
  cell('path', 'matrix', true, 'array', ';color=blue;color=black;color=brown', ';color=blue;shade=black;color=brown'),
  cell('path', 'matrix', false, 'object', ';color=R,100,G,200,B,150', ';color=R,100,G,200,B'),
  cell('path', 'matrix', true, 'object', ';R=100;G=200;B=150', 'R=100;G=200;B=150'),
  cell('query', 'form', false, 'empty', 'color=', 'color=red'),
  cell('query', 'form', true, 'empty', 'color=', 'color=red'),
  cell('query', 'form', false, 'string', 'color=blue', 'color=red'),
  cell('query', 'form', true, 'string', 'color=blue', 'color=blue&color=blue'),
  cell('query', 'form', false, 'array', 'color=blue,black,brown', 'color=blue&color=black&color=brown'),
  cell('query', 'form', true, 'array', 'color=blue&color=black&color=brown', 'color=blue,black,brown'),
  cell('query', 'form', false, 'object', 'color=R,100,G,200,B,150', 'color=R,100,G,200,B,150,X,1'),
  cell('query', 'form', true, 'object', 'R=100&G=200&B=150', 'R=100&G=200&B=1e2'),
  cell('query', 'spaceDelimited', false, 'array', 'color=blue%20black%20brown', 'color=blue%2520black%2520brown'),
  cell('query', 'spaceDelimited', true, 'array', 'color=blue&color=black&color=brown', 'color=blue&color=black'),
  cell('query', 'spaceDelimited', false, 'object', 'color=R%20100%20G%20200%20B%20150', 'color=R%20100%20G'),
  cell('query', 'pipeDelimited', false, 'array', 'color=blue%7Cblack%7Cbrown', 'color=blue%7Cblack'),
  cell('query', 'pipeDelimited', true, 'array', 'color=blue&color=black&color=brown', 'color=blue&color=black'),
  cell('query', 'pipeDelimited', false, 'object', 'color=R|100|G|200|B|150', 'color=R|100|G|200|B'),
  cell(
    'query',
    'deepObject',
    true,
    'object',
    'color%5BR%5D=100&color[G]=200&color[B]=150',
    'color[R]=100&color[G]=200&color[B]=+1',
  ),
  cell('header', 'simple', false, 'string', 'blue', 'red'),
  cell('header', 'simple', true, 'string', 'blue', 'red'),
  cell('header', 'simple', false, 'array', 'blue,black, brown', 'blue black brown'),
  cell('header', 'simple', true, 'array', 'blue,black,brown', 'blue;black;brown'),
  cell('header', 'simple', false, 'object', 'R,100,G,200,B,150', 'R=100,G=200,B=150'),
  cell('header', 'simple', true, 'object', 'R=100,G=200,B=150', 'R,100,G,200,B,150'),
  cell('cookie', 'form', false, 'string', 'a=1; color=blue; b=2', 'color=red'),
  cell('cookie', 'form', true, 'string', 'color=blue', 'color=red'),
  cell('cookie', 'form', false, 'array', 'color=blue,black,brown', 'color=blue,black'),
  cell('cookie', 'form', true, 'array', 'color=blue&color=black&color=brown', 'color=blue&color=black'),
  cell('cookie', 'form', false, 'object', 'color=R,100,G,200,B,150', 'color=R,100'),
  cell('cookie', 'form', true, 'object', 'R=100&G=200&B=150', 'R=100&G=200&B=x'),
  cell('cookie', 'cookie', false, 'string', 'color=blue', 'color=%62lue'),
  cell('cookie', 'cookie', false, 'array', 'color=blue,black,brown', 'color=blue,black'),
  cell('cookie', 'cookie', true, 'array', 'color=blue; color=black; color=brown', 'color=blue; color=black'),
  cell('cookie', 'cookie', false, 'object', 'color=R,100,G,200,B,150', 'color=R,100'),
  cell('cookie', 'cookie', true, 'object', 'R=100; G=200; B=150', 'R=100; G=200'),
  cell('path', 'simple', false, 'numbers', '1,2,3', '1,2,three'),
  cell('query', 'form', true, 'numbers', 'color=1&color=2&color=3', 'color=1&color=2&color=03'),
  cell('query', 'form', false, 'numbers', 'color=1,2,3', 'color=1,2,3.0'),
  cell('query', 'spaceDelimited', false, 'numbers', 'color=1+2+3', 'color=1+2'),
  cell('query', 'pipeDelimited', false, 'numbers', 'color=1|2|3', 'color=1|2|'),
  cell('header', 'simple', false, 'numbers', '1, 2, 3', '1, 2'),
  cell('cookie', 'form', false, 'numbers', 'color=1,2,3', 'color=1,2'),
];

function request(cell: Cell, written: string): Parameters<Awaited<ReturnType<typeof validated>>['call']>[0] {
  if (cell.in === 'path') return { path: [written] };
  if (cell.in === 'query') return { query: written };
  return { headers: { [cell.in === 'header' ? 'color' : 'cookie']: written } };
}

function documentFor({ in: where, style, explode, kind }: Cell): unknown {
  const { value, schema } = VALUES[kind];
  const parameter = { name: 'color', in: where, required: true, style, explode, schema: { ...schema, enum: [value] } };
  const path = where === 'path' ? '/{color}' : '/';
  return {
    openapi: '3.2.0',
    info: { title: 't', version: '1' },
    paths: { [path]: { get: { parameters: [parameter], responses: {} } } },
  };
}

describe('parameters by style, explode and type (VA-1)', () => {
  it.each(CELLS)('$in $style explode=$explode $kind: $written', async (cell) => {
    const operation = await validated(documentFor(cell));
    expect(operation.diagnostics).toEqual([]);
    expect(await operation.call(request(cell, cell.written))).toMatchObject({ status: 200 });
    expect(await operation.call(request(cell, cell.other))).toMatchObject({ status: 400 });
  });
});
