import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { fail } from '../../../cli/commands/failure.ts';
import { GwError } from '../../../cli/errors.ts';

const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
afterEach(() => said.mockClear());
const text = (): string => said.mock.calls.map(([line]) => String(line)).join('');

it('2: one line with the hint, nothing of the text acting', async () => {
  expect(await fail(new GwError('ERR_GW_USAGE', 'There is no \u001b[31mfile\nx', 'Name one.'), false)).toBe(2);
  expect(text()).toBe('gw: There is no \\u001b[31mfile x. Name one.\n');
});

it('2: the stack with --debug', async () => {
  await fail(new GwError('ERR_GW_USAGE', 'No.'), true);
  expect(text()).toMatch(/^gw: No\.\nGwError: No\.\n\s+at /);
});

it('2: what the operating system refuses is not our fault', async () => {
  const refused = (read: () => unknown): unknown => {
    try {
      return read();
    } catch (error) {
      return error;
    }
  };
  expect(
    await fail(
      refused(() => readdirSync('a'.repeat(5_000))),
      false,
    ),
  ).toBe(2);
  expect(text()).toMatch(/^gw: ENAMETOOLONG: .*\n$/);
  said.mockClear();
  expect(
    await fail(
      refused(() => readFileSync('.')),
      false,
    ),
  ).toBe(2);
  expect(text()).toMatch(/^gw: EISDIR: .*\n$/);
});

it('3: a fault of ours is written down, and only its place is said', async () => {
  expect(await fail(new TypeError('secret'), false)).toBe(3);
  expect(text()).toMatch(/^gw: This is a fault of gw itself.*\n$/);
  expect(text()).not.toContain('secret');
  const file = / is in (\S+)\.\n/.exec(text())?.[1] ?? '';
  expect(readFileSync(file, 'utf8')).toMatch(/^gw \d.*\nnode v.*\n.*\nTypeError: secret\n\s+at /);
  rmSync(dirname(file), { recursive: true });
});
