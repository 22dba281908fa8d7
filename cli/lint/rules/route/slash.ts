import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/slash',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Paths have no slash at their end and no two in a row.',
  why: 'Slashes count: `/orders/` and `/orders` are different paths, and many clients and proxies write one for the other.',
  fix: 'Remove the slash.',
  source: 'SEMANTICS RT-3',
  create: ({ isBuilt, report }) => ({
    operation(operation) {
      const { mount, path } = operation;
      const written = `${mount}${path}`;
      if (written === '/') return;
      const problem = written.includes('//')
        ? 'has two slashes in a row'
        : written.endsWith('/')
          ? 'ends with a slash'
          : undefined;
      if (problem === undefined || !isBuilt(operation)) return;
      report({
        at: operation.pathPlace,
        message: `The path ${written} ${problem}`,
        hint: 'Slashes count in paths; remove it.',
        operation,
      });
    },
  }),
});
