import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../cli/package-root.ts';
import { reference } from '../../../cli/report/reference.ts';

it('is what REFERENCE.md says', async () => {
  await expect(reference()).toMatchFileSnapshot(join(packageRoot, 'REFERENCE.md'));
});
