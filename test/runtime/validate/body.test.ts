import { describe, expect, it } from 'vitest';
import { bufferingReason } from '../../../cli/plan/validation.ts';
import { type ValidatedOperation, type ValidationValues, validated } from '../../support/validation.ts';

const ORDER = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
  additionalProperties: false,
};

function operation(
  content: object,
  { required = true, values = {} }: { required?: boolean; values?: Partial<ValidationValues> } = {},
): Promise<ValidatedOperation> {
  return validated(
    { openapi: '3.1.0', info: {}, paths: { '/': { post: { requestBody: { required, content }, responses: {} } } } },
    values,
  );
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function status(
  of: ValidatedOperation,
  body: string | Uint8Array,
  headers: Record<string, string> = JSON_TYPE,
): Promise<number> {
  return (await of.call({ body, headers })).status;
}

describe('body', () => {
  it('is 422 with a pointer when the schema refuses it, 400 when it is malformed', async () => {
    const of = await operation({ 'application/json': { schema: ORDER } });
    expect(await status(of, '{"id":1}')).toBe(200);
    expect((await of.call({ body: '{"id":1,"tags":["a",7]}', headers: JSON_TYPE })).errors).toEqual([
      { in: 'body', pointer: '#/tags/1', keyword: 'type', message: 'is not of type string' },
    ]);
    expect(await status(of, '{"id":"secret"}')).toBe(422);
    expect(await status(of, '{"id":1')).toBe(400);
    expect(await status(of, '{"id":1,"id":2}')).toBe(400);
    expect(await status(of, Uint8Array.from([0x22, 0xff, 0x22]))).toBe(400);
  });

  it('tells no values and no names that a schema did not declare', async () => {
    const of = await operation({ 'application/json': { schema: ORDER } });
    const outcome = await of.call({ body: '{"id":1,"secret":"hush"}', headers: JSON_TYPE });
    expect(outcome.errors).toMatchObject([{ pointer: '#', keyword: 'additionalProperties' }]);
    expect(JSON.stringify(outcome.reply)).not.toMatch(/secret|hush/);
  });

  it('is 400 when it is missing and required', async () => {
    const of = await operation({ 'application/json': { schema: ORDER } });
    expect((await of.call({})).errors).toEqual([{ in: 'body', pointer: '#', keyword: 'required', message: 'is missing' }]);
    expect((await of.call({ chunked: true, headers: JSON_TYPE })).status).toBe(400);
    expect((await (await operation({ 'application/json': { schema: ORDER } }, { required: false })).call({})).status).toBe(200);
  });

  it('is 415 with Accept-Encoding for a body that is encoded, before it is read', async () => {
    const of = await operation({ 'application/json': { schema: ORDER } });
    const { reply } = await of.call({ body: '{"id":1}', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } });
    expect(reply).toMatchObject({ status: 415, headers: [['accept-encoding', 'identity']] });
    expect(await status(of, '{"id":1}', { ...JSON_TYPE, 'content-encoding': 'identity' })).toBe(200);
  });

  it('is 415 with Accept for media types that are not declared', async () => {
    const of = await operation({ 'application/json': { schema: ORDER }, 'text/csv': {} });
    for (const type of ['application/xml', 'application/vnd.x+json', 'application/json; charset=latin1', 'json', '']) {
      const { reply } = await of.call({ body: '{"id":1}', headers: { 'content-type': type } });
      expect(reply).toMatchObject({ status: 415, headers: [['accept', 'application/json, text/csv']] });
    }
    expect((await of.call({ body: '{"id":1}' })).status).toBe(415);
    for (const type of ['application/json; charset=UTF-8', 'Application/JSON;charset="utf-8"', 'application/json; x=y']) {
      expect(await status(of, '{"id":1}', { 'content-type': type })).toBe(200);
    }
  });

  it('takes the most exact of several ranges', async () => {
    const of = await operation({
      '*/*': {},
      'application/*': { schema: ORDER },
      'application/merge-patch+json': { schema: { type: 'object' } },
    });
    expect(await status(of, '{}', { 'content-type': 'application/merge-patch+json' })).toBe(200);
    expect(await status(of, '{}', { 'content-type': 'application/json' })).toBe(422);
    expect(await status(of, 'x', { 'content-type': 'application/octet-stream' })).toBe(200);
    expect(await status(of, 'x', { 'content-type': 'image/png' })).toBe(200);
  });

  it('streams what has nothing to check (VA-6)', async () => {
    const of = await operation({
      'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
      'application/json': {},
    });
    expect(bufferingReason(of.policies)).toBeUndefined();
    expect(await of.call({ body: 'not json', headers: JSON_TYPE })).toMatchObject({ status: 200, buffered: false });
    expect(bufferingReason((await operation({ 'application/json': { schema: ORDER } })).policies)).toBe(
      'validation of application/json',
    );
  });

  it('notes instead of refusing in mode report, and leaves mode none alone', async () => {
    const report = await operation({ 'application/json': { schema: ORDER } }, { values: { request: 'report' } });
    expect(await report.call({ body: '{}', headers: JSON_TYPE })).toMatchObject({
      status: 200,
      notes: ['validation: body # required'],
    });
    expect(await report.call({ body: '<a/>', headers: { 'content-type': 'text/xml' } })).toMatchObject({
      status: 200,
      notes: ['validation: body # mediaType'],
    });
    expect((await operation({ 'application/json': { schema: ORDER } }, { values: { request: 'none' } })).policies).toEqual([]);
  });

  it('checks a text', async () => {
    const of = await operation({ 'text/plain': { schema: { type: 'string', maxLength: 3 } } });
    expect(await status(of, 'abc', { 'content-type': 'text/plain' })).toBe(200);
    expect(await status(of, 'abcd', { 'content-type': 'text/plain' })).toBe(422);
  });

  it('stays upright under hostile bodies', async () => {
    const of = await operation({ 'application/json': { schema: { type: 'array', items: ORDER } } });
    expect(await status(of, '['.repeat(20_000))).toBe(400);
    expect((await of.call({ body: `[${'{},'.repeat(999_999)}{}]`, headers: JSON_TYPE })).errors).toHaveLength(1);
    const tags = Array.from({ length: 100_000 }, (_, i) => `t${i}`);
    expect(await status(of, JSON.stringify([{ id: 1, tags }]))).toBe(200);
    expect(await status(of, '[{"__proto__":{"id":1}}]')).toBe(400);
  });
});

describe('form bodies', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

  it('reads fields as their types', async () => {
    const of = await operation({ 'application/x-www-form-urlencoded': { schema: ORDER } });
    expect(await status(of, 'id=1&tags=a&tags=b', FORM)).toBe(200);
    expect(await status(of, 'id=x', FORM)).toBe(422);
    expect(await status(of, 'tags=a', FORM)).toBe(422);
    expect(await status(of, 'id=1&id=2', FORM)).toBe(400);
    expect(await status(of, 'id=1&other=2', FORM)).toBe(422);
    expect(await status(of, 'id=1&tags=a&tags=a', FORM)).toBe(422);
    expect(await status(of, 'id=1&tags=%ff', FORM)).toBe(400);
  });

  it('follows the encoding of a field', async () => {
    const properties = {
      list: { type: 'array', items: { type: 'integer' } },
      deep: { type: 'object', properties: { a: { type: 'integer' } } },
      json: { type: 'object', required: ['b'] },
    };
    const of = await operation({
      'application/x-www-form-urlencoded': {
        schema: { type: 'object', properties },
        encoding: { list: { style: 'form', explode: false }, deep: { style: 'deepObject', explode: true } },
      },
    });
    expect(await status(of, 'list=1,2&deep[a]=3&json=%7B%22b%22:1%7D', FORM)).toBe(200);
    expect(await status(of, 'list=1,x', FORM)).toBe(422);
    expect(await status(of, 'deep[a]=x', FORM)).toBe(422);
    expect(await status(of, 'json=%7B%7D', FORM)).toBe(422);
  });
});

describe('multipart bodies', () => {
  const schema = {
    type: 'object',
    required: ['id', 'file'],
    properties: {
      id: { type: 'integer' },
      file: { type: 'string', format: 'binary', maxLength: 4 },
      meta: { type: 'object', required: ['a'] },
      tags: { type: 'array', items: { type: 'string' } },
    },
  };
  const TYPE = { 'content-type': 'multipart/form-data; boundary="b b"' };

  function multipart(...parts: readonly (readonly [disposition: string, type: string, content: string])[]): string {
    const texts = parts.map(
      ([disposition, type, content]) =>
        `--b b\r\nContent-Disposition: form-data; ${disposition}\r\n${type === '' ? '' : `Content-Type: ${type}\r\n`}\r\n${content}\r\n`,
    );
    return `${texts.join('')}--b b--\r\n`;
  }

  const ID = ['name="id"', '', '7'] as const;
  const FILE = ['name="file"; filename="x.bin"', 'application/octet-stream', 'abcd'] as const;

  it('reads texts, files and JSON parts', async () => {
    const of = await operation({ 'multipart/form-data': { schema } });
    expect(await status(of, multipart(ID, FILE), TYPE)).toBe(200);
    expect(
      await status(
        of,
        multipart(ID, FILE, ['name=meta', 'application/json', '{"a":1}'], ['name=tags', '', 'x'], ['name=tags', '', 'y']),
        TYPE,
      ),
    ).toBe(200);
    expect(await status(of, multipart(ID), TYPE)).toBe(422);
    expect(await status(of, multipart(['name=id', '', 'x'], FILE), TYPE)).toBe(422);
    expect(await status(of, multipart(ID, ['name="file"; filename=x', '', 'abcde']), TYPE)).toBe(422);
    expect(await status(of, multipart(ID, FILE, ['name=meta', 'application/json', '{}']), TYPE)).toBe(422);
    expect(await status(of, multipart(ID, FILE, ['name=meta', '', '{']), TYPE)).toBe(400);
  });

  it.each([
    '',
    'x',
    '--b b',
    '--b b--',
    '--b b\r\n\r\nx\r\n--b b--',
    '--b b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b b--',
    '--b b\r\nContent-Disposition: form-data; name=id\r\n\r\n7\r\n',
  ])('refuses %j', async (body) => {
    expect(await status(await operation({ 'multipart/form-data': { schema } }), body, TYPE)).toBeGreaterThanOrEqual(400);
  });
});
