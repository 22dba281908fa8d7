import { member } from '../../../load/pointer.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/identical-template',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Two paths of a document that differ only in the names of their variables share no method.',
  why: 'They are one path: a request fits both, and which operation answers would be a guess. Where the methods differ the two are served as one path, which is a warning.',
  fix: 'Write both under one path with one name for the variable.',
  source: 'OpenAPI Specification 3.2.0 §4.8.2',
  create: ({ report }) => ({
    api({ operations }) {
      const byTemplate = new Map<string, ApiOperation[]>();
      for (const operation of operations) {
        const template = templateOf(operation);
        const others = byTemplate.get(template) ?? [];
        byTemplate.set(template, others);
        const other =
          others.find(({ method }) => method === operation.method) ?? others.find(({ path }) => path !== operation.path);
        others.push(operation);
        if (other === undefined) continue;
        const isRepeated = other.method === operation.method;
        report({
          at: operation.pathPlace,
          message: isRepeated
            ? `${operation.method} ${operation.path} is the same route as ${other.method} ${other.path}`
            : `${operation.path} is the same path as ${other.path}; both are served as one`,
          severity: isRepeated ? 'error' : 'warn',
          related: [{ at: other.pathPlace, message: 'The other path' }],
          operation,
        });
      }
    },
  }),
});

/** What makes a route but its method: mount and template without names, and the conditions that tell routes of one template apart. */
function templateOf({ mount, path, gateway }: ApiOperation): string {
  const conditions = ['match', 'version'].map((key) =>
    gateway.map(({ node }) => member(node.value, key)).find((value) => value !== undefined),
  );
  return JSON.stringify([`${mount}${path}`.replaceAll(/\{[^{}]*\}/g, '{}'), ...conditions]);
}
