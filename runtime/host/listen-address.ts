import { createServer } from 'node:net';
import { messageOf } from './say.ts';
import type { Address } from './settings.ts';

/**
 * Listens once without sharing the port: with `reusePort` a port in use would be silent.
 *
 * @param variable of the environment that sets it, for the message
 * @throws Error with one line for people
 */
export async function checkFree(address: Address, variable: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(addressError(error, address, variable))));
    server.listen({ ...address, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** Why an address cannot be listened on, for people. */
export function addressError(error: unknown, { host, port }: Address, variable: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `${host}:${port} is in use. Set ${variable} to another one.`;
  if (code === 'EACCES') return `${host}:${port} may not be used by this user. Set ${variable} to a port above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine.`;
  return messageOf(error);
}

/** A URL that reaches an address from this machine. */
export function urlOf({ host, port }: Address, scheme: 'http' | 'https' = 'http'): string {
  if (host === '0.0.0.0' || host === '') return `${scheme}://127.0.0.1:${port}`;
  if (host === '::') return `${scheme}://[::1]:${port}`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
