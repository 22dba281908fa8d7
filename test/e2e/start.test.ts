import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { start } from '../support/gateway.ts';

const document = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: { '/orders': { get: { responses: { 200: { description: 'ok' } } } } },
};

/** Tests that wait for a gateway which never comes would say nothing of why. */
describe('a gateway of the tests that does not run', () => {
  it('is told in its own words when it cannot start', async () => {
    await expect(start(document, { env: { PORT: 'eighty' } })).rejects.toThrow(/ended with 2:[\s\S]*PORT is "eighty"/);
  });

  it('is told by its findings when it cannot be built', async () => {
    await expect(start({ ...document, paths: { '/orders': { gte: {} } } })).rejects.toThrow(/gte/);
  });

  it('is told when it ends later', async () => {
    await using gateway = await start(document);
    gateway.process.kill('SIGKILL');
    await once(gateway.process, 'close');
    await expect(gateway.fetch('/orders')).rejects.toThrow(/ended with SIGKILL/);
    await expect(gateway.raw('GET / HTTP/1.1\r\n\r\n')).rejects.toThrow(/ended with SIGKILL/);
  });
});
