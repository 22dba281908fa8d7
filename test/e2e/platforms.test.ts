import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.ts';
import { runGw, testFolder } from '../support/gw.ts';

describe('the example platforms', () => {
  it.each([
    ['rideshare/public', 28],
    ['rideshare/admin', 4],
    ['bank', 6],
  ])('%s builds with its credentials enforced, and its examples hold', async (platform, routes) => {
    using folder = testFolder({});
    const config = join('specs', platform, 'gateway.yaml');
    const build = await runGw(packageRoot, ['build', '-c', config, '-o', folder.path]);
    expect(build).toMatchObject({ code: 0, stderr: '' });
    const manifest = JSON.parse(readFileSync(join(folder.path, 'manifest.json'), 'utf8'));
    expect([manifest.routes.length, manifest.auth]).toEqual([routes, 'enforced']);
    expect((await runGw(packageRoot, ['examples', '-c', config])).code).toBe(0);
  });
});
