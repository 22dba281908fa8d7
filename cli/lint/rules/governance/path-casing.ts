import { object, oneOf } from '../../../plan/shape.ts';
import { habits } from '../../habit.ts';
import { firstOfPath, segmentsOf, textsOf, versionOfSegment } from '../../paths.ts';
import { defineRule } from '../../rule.ts';
import { casings, wordsOf } from '../../words.ts';

type Style = keyof typeof casings;

interface PathCasingOptions {
  readonly style: Style;
}

const styles: readonly Style[] = ['kebab', 'snake', 'camel', 'pascal'];

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
    const { write } = casings[style];
    const otherwise = habits(report, (count, title, kind) => ({
      message: `${count} paths of ${title} are written in ${kind} case, not in ${style} case`,
      hint: `If they are to stay so, set governance/path-casing to [warn, { style: ${kind} }].`,
    }));
    return {
      operation(operation) {
        const { path, pathPlace } = operation;
        const texts = segmentsOf(path)
          .filter((segment) => versionOfSegment(segment) === undefined)
          .flatMap(textsOf)
          .flatMap((text) => text.split(/[.,;~()'"=:*@]+/))
          .filter((text) => /\p{L}/u.test(text));
        const wrong = texts.find((text) => !isWritten(text, style));
        if (wrong === undefined || !isFirst(operation) || !isBuilt(operation)) return;
        const message = `'${wrong}' in ${path} is not written in ${style} case`;
        const finding = { at: pathPlace, message, hint: `Write '${write(wordsOf(wrong))}'.` };
        const kind = styles.find((one) => texts.every((text) => isWritten(text, one)));
        if (kind === undefined) report(finding);
        else otherwise.add(operation.api, finding, kind);
      },
      end: () => otherwise.tell(),
    };
  },
});

function isWritten(text: string, style: Style): boolean {
  return casings[style].pattern.test(text.replaceAll(/^[-_]+|[-_]+$/g, ''));
}
