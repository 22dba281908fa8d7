import { expect, it } from 'vitest';
import { buildLines } from '../../../cli/ui/build-lines.ts';

const texts = (builds: Parameters<typeof buildLines>[0]): readonly string[] =>
  buildLines(builds, 40).map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );

it('says what is done, what is going on, and what waits', () => {
  const begun = [
    { stage: 'load', atMs: 100 },
    { stage: 'resolve', atMs: 112 },
    { stage: 'lint', atMs: 1_612 },
  ];
  expect(
    texts([
      { label: 'a.yaml', begun, endedMs: 2_100 },
      { label: 'b.yaml', begun, endedMs: undefined },
      { label: 'c.yaml', begun: [], endedMs: undefined },
    ]),
  ).toEqual([
    '✓ a.yaml  2.0 s',
    '● building b.yaml',
    '  ✓ load        12 ms',
    '  ✓ resolve     1.5 s',
    '  ● lint',
    '    merge',
    '    plan',
    '    validators',
    '    emit',
    '    bundle',
    '  c.yaml',
  ]);
});
