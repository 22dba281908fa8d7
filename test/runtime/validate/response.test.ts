import { describe, expect, it } from 'vitest';
import { validated } from '../../support/validation.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const schema = {
  type: 'object',
  required: ['id', 'secret'],
  properties: { id: { type: 'integer' }, secret: { type: 'string', writeOnly: true }, made: { type: 'string', readOnly: true } },
};

async function answers(response: 'report' | 'enforce', content: object) {
  const responses = { '200': { content }, '4XX': {}, '204': {} };
  return await validated({ openapi: '3.1.0', info: {}, paths: { '/': { get: { responses } } } }, { response });
}

describe('heads of answers (VA-9)', () => {
  it('notes statuses and media types that are not declared', async () => {
    const of = await answers('report', { 'application/json': {} });
    expect(of.answer(200, JSON_TYPE, '{}')).toEqual([]);
    expect(of.answer(404, { 'content-type': 'text/html' }, '<p>')).toEqual([]);
    expect(of.answer(500, {}, '')).toEqual(['status 500 is not declared']);
    expect(of.answer(200, { 'content-type': 'text/html' }, '<p>')).toEqual(['mediaType']);
    expect(of.answer(200, {}, 'text')).toEqual(['mediaType']);
    expect(of.answer(200, {})).toEqual([]);
  });

  it('replaces a media type that is not declared, but no status', async () => {
    const of = await answers('enforce', { 'application/json': {} });
    expect(of.answer(500, {}, '')).toEqual(['status 500 is not declared']);
    expect(of.answer(200, { 'content-type': 'text/html' }, '<p>')).toEqual(['mediaType', 'replaced']);
    expect(of.answer(304, { 'content-type': 'text/html' })).toEqual(['status 304 is not declared']);
  });
});

describe('bodies of answers (VA-9)', () => {
  const cases: readonly (readonly [body: string | Uint8Array, notes: readonly string[]])[] = [
    ['{"id":1}', []],
    ['{"id":1,"made":"today"}', []],
    ['{"id":"1"}', ['#/id type']],
    ['{}', ['# required']],
    ['{"id":1,"secret":"x"}', []],
    ['{"id":1,"id":2}', ['# duplicate']],
    ['{"id":', ['# syntax']],
    ['', ['# syntax']],
    [Uint8Array.of(0x22, 0xff, 0x22), ['# syntax']],
    ['['.repeat(20_000), ['# depth']],
  ];
  it.each(cases)('of %j', async (body, notes) => {
    const content = { 'application/json': { schema } };
    expect((await answers('report', content)).answer(200, JSON_TYPE, body)).toEqual(notes);
    const enforced = (await answers('enforce', content)).answer(200, JSON_TYPE, body);
    expect(enforced).toEqual(notes.length === 0 ? [] : [...notes, 'replaced']);
  });

  it('passes what is no whole document of JSON', async () => {
    const content = { '*/*': { schema }, 'application/stream+json': { schema } };
    const of = await answers('enforce', content);
    for (const type of ['text/html', 'application/json-seq', 'application/stream+json']) {
      expect(of.answer(200, { 'content-type': type }, 'x')).toEqual([]);
    }
    expect(of.answer(200, { 'content-type': 'application/problem+json' }, '{"id":1.5}')).toEqual(['#/id type', 'replaced']);
    expect(of.answer(200, { 'content-type': 'application/json; charset=utf-16' }, '{"id":1}')).toEqual(['# syntax', 'replaced']);
    const partial = await validated(
      { openapi: '3.1.0', info: {}, paths: { '/': { get: { responses: { default: { content } } } } } },
      { response: 'enforce' },
    );
    expect(partial.answer(206, JSON_TYPE, '{"i')).toEqual([]);
  });
});
