import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/gw.ts';

const document = `openapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
x-gateway: { owner: team-a, public: open data }
security: []
paths:
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string }, example: latest }]
    get:
      operationId: getOrder
      responses:
        "200":
          description: ok
          content: { application/json: { schema: { $ref: "#/components/schemas/Order" }, example: { id: 7 } } }
    put:
      operationId: putOrder
      requestBody:
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Order" }
            examples:
              good: { value: { id: a } }
              bad: { value: { id: a, lines: [{ count: 0 }] } }
      responses: { "200": { description: ok } }
  /orders/latest:
    get:
      operationId: latestOrder
      responses: { "200": { description: ok } }
components:
  schemas:
    Order:
      type: object
      required: [id]
      properties:
        id: { type: string }
        lines: { type: array, items: { type: object, properties: { count: { type: integer, minimum: 1 } } } }
      examples: [{ id: b }, { }]
`;

describe('gw examples', () => {
  it('checks values by the validators and paths by the routes, at their places', async () => {
    using folder = testFolder({ 'openapi.yaml': document });
    const { code, stdout, stderr } = await folder.gw('examples', 'openapi.yaml', '--format', 'json');
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout);
    const said = findings.map(({ id, message, start }: { id: string; message: string; start: { line: number } }) => [
      id,
      start.line,
      message,
    ]);
    expect(said).toEqual([
      ['spec/example', 8, 'The examples of its parameters make GET /orders/latest, which GET /orders/latest takes'],
      ['spec/example', 13, 'An example of the answer 200 of GET /orders/{id} does not fit its schema: /id is not of type string'],
      [
        'spec/example',
        22,
        'An example of the request body of PUT /orders/{id} does not fit its schema: /lines/0/count is less than 1',
      ],
      ['spec/example', 36, expect.stringContaining('lacks the property "id"')],
    ]);
    expect(stderr).toBe('gw: 9 examples checked\n');
  });

  it('passes, and heeds a suppression with its reason', async () => {
    using folder = testFolder({
      'openapi.yaml': document,
      'gateway.yaml': `specs: [openapi.yaml]
upstreams: { main: { url: "http://127.0.0.1:9000" } }
defaults: { upstream: main }
teams: { team-a: {} }
lint: { suppress: [{ rule: spec/example, where: openapi.yaml, reason: they are old }] }
`,
    });
    expect(await folder.gw('examples')).toMatchObject({ code: 0 });
  });
});
