/** What the environment says about a process, checked once at start: all that is wrong is said together. */
import { availableParallelism } from 'node:os';
import type { GatewaySpec } from '../generation.ts';
import { resolveEnvironment } from './services.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface HostSettings {
  /** Port 0: any free one. */
  readonly listen: Address;
  readonly admin: Address;
  readonly threads: number;
  /** Milliseconds, DR-1. */
  readonly preStopMs: number;
  readonly drainMs: number;
}

/** Platforms on which several threads can listen on one port. */
const REUSE_PORT = new Set(['linux', 'freebsd', 'sunos', 'aix']);

/**
 * Reads `PORT HOST GW_THREADS GW_ADMIN` and resolves every `${NAME:-default}` of the gateway.
 *
 * @returns the settings, or every reason why this environment cannot run the gateway
 */
export function hostSettings(spec: GatewaySpec, environment: Environment): HostSettings | { readonly errors: readonly string[] } {
  const errors: string[] = [];
  const resolve = (text: string): string => {
    try {
      return resolveEnvironment(text, environment);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
      return '';
    }
  };
  for (const { targets } of spec.upstreams) for (const { url } of targets) checkUrl(resolve(url), url, errors);
  for (const range of spec.server.trustedProxies) resolve(range);
  const listen = {
    host: environment.HOST || resolve(spec.server.host),
    port: portOf(environment.PORT || resolve(String(spec.server.port)), 'PORT', errors),
  };
  const settings = {
    listen,
    admin: adminOf(environment.GW_ADMIN || resolve(spec.admin), errors),
    threads: threadsOf(environment.GW_THREADS, errors),
    preStopMs: spec.server.timeouts.preStopMs,
    drainMs: spec.server.timeouts.drainMs,
  };
  return errors.length === 0 ? settings : { errors: [...new Set(errors)] };
}

function checkUrl(url: string, authored: string, errors: string[]): void {
  if (url === '' || /^https?:\/\/[^\s/?#]+[^\s?#]*$/.test(url)) return;
  errors.push(`The upstream ${authored} is '${url}', which is no http or https URL.`);
}

function portOf(text: string, name: string, errors: string[]): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535) && text !== '') errors.push(`${name} is '${text}', which is no port.`);
  return port;
}

/** AD-1: the admin listener answers on loopback only, since it asks for no credentials. */
function adminOf(text: string, errors: string[]): Address {
  const [, host = '', port = ''] = /^(.*):(\d*)$/.exec(text) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (text !== '' && bare !== 'localhost' && bare !== '::1' && !/^127(\.\d{1,3}){3}$/.test(bare)) {
    errors.push(`GW_ADMIN is '${text}'; the admin listener needs address:port on loopback, such as 127.0.0.1:9901.`);
  }
  return { host: bare, port: portOf(port, 'The port of GW_ADMIN', errors) };
}

function threadsOf(text: string | undefined, errors: string[]): number {
  const most = REUSE_PORT.has(process.platform) ? 1024 : 1;
  if (text === undefined || text === '') return Math.min(availableParallelism(), most);
  const threads = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (threads < 1) errors.push(`GW_THREADS is '${text}', which is no number of threads.`);
  return Math.min(threads, most);
}
