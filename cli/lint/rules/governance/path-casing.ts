import { object, oneOf } from '../../../plan/shape.ts';
import { firstOfPath, segmentsOf, textsOf, versionOfSegment } from '../../paths.ts';
import { defineRule } from '../../rule.ts';
import { casings, wordsOf } from '../../words.ts';

interface PathCasingOptions {
  readonly style: keyof typeof casings;
}

export default defineRule<PathCasingOptions>({
  id: 'governance/path-casing',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'The fixed segments of all paths are written in one way: kebab-case unless set otherwise.',
  why: 'Paths distinguish capital letters, and callers who guess `/userOrders` for `/user-orders` get 404.',
  fix: 'Write the segment as the message says. Parameters and `:verb` are free.',
  source: 'LINT §6.1 E; RFC 3986 §6.2.2.1',
  options: { shape: object({ style: oneOf('kebab', 'snake', 'camel', 'pascal', 'lower') }), defaults: { style: 'kebab' } },
  create: ({ isBuilt, report, options: { style } }) => {
    const isFirst = firstOfPath();
    const { pattern, write } = casings[style];
    return {
      operation(operation) {
        const { path, pathPlace } = operation;
        const wrong = segmentsOf(path)
          .filter((segment) => versionOfSegment(segment) === undefined)
          .flatMap(textsOf)
          .flatMap((text) => text.split(/[.,;~()'"=:*]+/))
          .find((text) => /\p{L}/u.test(text) && !pattern.test(text.replaceAll(/^[-_]+|[-_]+$/g, '')));
        if (wrong === undefined || !isFirst(operation) || !isBuilt(operation)) return;
        const message = `'${wrong}' in ${path} is not written in ${style} case`;
        report({ at: pathPlace, message, hint: `Write '${write(wordsOf(wrong))}'.` });
      },
    };
  },
});
