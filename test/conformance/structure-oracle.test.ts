import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../cli/load/yaml.ts';
import { diagnose } from '../support/diagnose.ts';
import { folderOf } from '../support/folder.ts';

/** One document that uses most objects; `%` is the version. */
const document = `
openapi: %
info: { title: Orders, version: "1", contact: { name: A }, license: { name: MIT } }
servers: [{ url: "/{v}", variables: { v: { default: v1, enum: [v1, v2] } } }]
security: [{ key: [] }]
tags: [{ name: orders, externalDocs: { url: "https://example.com" } }]
paths:
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string }, style: simple }]
    get:
      tags: [orders]
      operationId: getOrder
      parameters:
        - { name: a, in: query, schema: { type: array, items: { type: string } }, style: form, explode: true, example: [x] }
        - { $ref: "#/components/parameters/Trace" }
      responses:
        "200":
          description: Fine
          headers: { X-A: { schema: { type: integer } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Order" }, examples: { one: { value: { id: 1 } } } } }
          links: { next: { operationId: getOrder, parameters: { id: $response.body#/id } } }
    post:
      requestBody:
        required: true
        content: { multipart/form-data: { schema: { type: object }, encoding: { file: { contentType: image/png } } } }
      callbacks: { done: { "{$request.body#/url}": { post: { responses: { default: { description: Fine } } } } } }
      responses: { default: { description: Any } }
components:
  parameters: { Trace: { name: X-Trace, in: header, schema: { type: string } } }
  schemas:
    Order:
      type: object
      required: [id]
      properties: { id: { type: string, minLength: 1, xml: { name: i } }, next: { $ref: "#/components/schemas/Order" } }
      additionalProperties: false
      discriminator: { propertyName: id }
  securitySchemes:
    key: { type: apiKey, name: X-Key, in: header }
    login: { type: oauth2, flows: { implicit: { authorizationUrl: "https://example.com/a", scopes: { read: Read } } } }
`;

interface Spot {
  readonly parent: Record<string, unknown>;
  readonly key: string;
  readonly path: string;
}

function spotsOf(value: unknown, path = ''): Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [
    { parent, key, path: `${path}/${key}` },
    ...spotsOf(parent[key], `${path}/${key}`),
  ]);
}

const replacements = [null, 1, 'text', [], {}, true];
const copyOf = (version: string): unknown => structuredClone(parseYaml(document.replace('%', version)).content?.value);

/**
 * Where the official schemas and the specification disagree, or check less: they leave 3.1 and 3.2 schemas unchecked, know no extension
 * rule of ours, and accept `required: []` nowhere in 3.0.
 */
const leftOut = /\/schemas?\/|\/links\/|\/required$|example/;

describe('structure, against the official JSON Schemas', () => {
  it.each(['3.0.4', '3.1.1', '3.2.0'])('finds in %s what they refuse, and refuses nothing they accept', async (version) => {
    const count = spotsOf(copyOf(version)).length;
    const change = fc.record({ at: fc.nat(count - 1), how: fc.nat(replacements.length + 1) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, how }) => {
        const changed = copyOf(version);
        const spot = spotsOf(changed)[at];
        if (spot === undefined || leftOut.test(`${spot.path}/`)) return;
        const { parent, key, path } = spot;
        const value = parent[key];
        if (how < replacements.length) parent[key] = replacements[how];
        else if (Array.isArray(parent)) return;
        else {
          delete parent[key];
          if (how > replacements.length) parent[`${key}Zz`] = value;
        }
        const oracle = await new Validator().validate(JSON.parse(JSON.stringify(changed)));
        // A reference the oracle cannot follow says nothing about structure.
        if (!oracle.valid && typeof oracle.errors === 'string') return;
        const found = diagnose(folderOf({ 'openapi.json': JSON.stringify(changed) }), ['openapi.json']);
        const structural = found.filter(({ rule }) =>
          /^spec\/(structure|structure-doc|version|status-code|path-param|ref-misplaced)$/.test(rule),
        );
        if (!oracle.valid) expect(structural.length, `${path} is refused`).toBeGreaterThan(0);
        else
          expect(
            structural.filter(({ rule }) => rule === 'spec/structure'),
            `${path} is accepted`,
          ).toEqual([]);
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});
