/** What the environment says about a process, checked once at start: all that is wrong is said together. */
import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseRange } from '../address.ts';
import { type Environment, type EnvText, resolveEnvironment } from '../environment.ts';
import type { AdminTokenSpec, GatewaySpec, StoreSpec, UsageSpec } from '../gateway-spec.ts';
import { adminTokens } from './admin/tokens.ts';
import type { ConnectionLimits } from './admission.ts';
import type { CertificateFiles } from './certificates.ts';
import type { RedisSettings } from './drivers.ts';
import { parseTarget } from './target-address.ts';
import { type TransportKind, transportKind } from './transport/open-transport.ts';
import { clientKind } from './upstream.ts';
import type { UsageSettings } from './usage/usage-report.ts';

export interface Address {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface HostSettings {
  readonly listen: Address;
  readonly admin: Address;
  readonly adminTokens: ReturnType<typeof adminTokens>;
  /** Where writes of operators are kept (AD-5); undefined = they are said only. */
  readonly auditFile: string | undefined;
  readonly threads: number;
  readonly transport: TransportKind;
  /** Undefined: no TLS. */
  readonly tls: CertificateFiles | undefined;
  readonly connectionLimits: ConnectionLimits;
  /** Milliseconds, DR-1. */
  readonly preStopMs: number;
  readonly drainMs: number;
  /** Where it is told who uses what. */
  readonly usage: UsageSettings;
  /** Redis that limits are counted in; undefined = memory. */
  readonly store: RedisSettings | undefined;
}

/** Platforms on which several threads can listen on one port. */
const REUSE_PORT: ReadonlySet<string> = new Set(['linux', 'freebsd', 'sunos', 'aix']);
const MOST_THREADS = 1_024;
/** Characters of a token that nobody guesses. */
const SHORTEST_TOKEN = 16;

/**
 * Reads `PORT HOST GW_THREADS GW_ADMIN GW_TRANSPORT GW_UPSTREAM` and resolves every `${NAME:-default}` of the gateway.
 *
 * @returns the settings, or every reason why this environment cannot run the gateway
 */
export function hostSettings(spec: GatewaySpec, environment: Environment): HostSettings | { readonly errors: readonly string[] } {
  const reader = new Reader(environment);
  for (const { name, targets } of spec.upstreams) for (const { url } of targets) reader.url(url, name);
  for (const text of textsOf([spec.security, spec.adminJwt?.verifier, spec.identitySigning])) reader.resolve(text);
  const proxies = spec.server.trustedProxies.map((ranges) => reader.ranges(ranges));
  if (spec.server.proxyProtocol === true && !proxies.includes(true)) reader.errors.add(NO_PROXIES);
  const { connections, connectionsPerAddress } = spec.server.limits;
  const settings = {
    listen: {
      host: environment.HOST || (reader.resolve(spec.server.host) ?? ''),
      port: reader.port(environment.PORT || reader.resolve(String(spec.server.port)), 'PORT'),
    },
    adminTokens: reader.tokens(spec.adminTokens ?? [], environment.GW_ADMIN_TOKEN),
    admin: reader.admin(environment.GW_ADMIN || reader.resolve(spec.admin)),
    auditFile: spec.adminAudit === undefined ? undefined : reader.resolve(spec.adminAudit),
    threads: reader.threads(environment.GW_THREADS),
    transport: reader.transport(environment.GW_TRANSPORT),
    tls: reader.tls(spec.server.tls),
    connectionLimits: { connections, connectionsPerAddress },
    preStopMs: spec.server.timeouts.preStopMs,
    drainMs: spec.server.timeouts.drainMs,
    usage: reader.usage(spec.usage),
    store: reader.store(spec.store),
  };
  if (clientKind(environment.GW_UPSTREAM) === undefined) {
    reader.errors.add(`GW_UPSTREAM is ${JSON.stringify(environment.GW_UPSTREAM)}, which is neither direct nor undici.`);
  }
  return reader.errors.size === 0 ? settings : { errors: [...reader.errors] };
}

const NO_PROXIES = 'server.proxyProtocol takes connections of trusted proxies only, and server.trustedProxies names none.';

/** Every text of a value, however deep. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Reads values and remembers what is wrong with them. What cannot be resolved is undefined and was said. */
class Reader {
  readonly errors = new Set<string>();
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  resolve(text: EnvText): string | undefined {
    try {
      return resolveEnvironment(text, this.#environment);
    } catch (error) {
      this.errors.add(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  url(text: EnvText, upstream: string): void {
    const url = this.resolve(text);
    if (url === undefined || parseTarget(url) !== undefined) return;
    this.errors.add(`The URL of upstream ${upstream}, ${text}, is not http(s)://host[:port][/path].`);
  }

  store(spec: StoreSpec | undefined): RedisSettings | undefined {
    if (spec === undefined) return undefined;
    const { cluster, timeoutMs } = spec;
    const nodes = spec.nodes.flatMap((text) => this.resolve(text)?.split(',') ?? []).map((node) => node.trim());
    if (nodes.length === 1 && nodes[0] === 'memory') return undefined;
    for (const node of nodes) {
      // What is wrong with it is not repeated: it may hold a password.
      if (!/^rediss?:$/.test(URL.canParse(node) ? new URL(node).protocol : ''))
        this.errors.add('The store is not memory, redis:// or rediss://.');
    }
    const sentinel = spec.sentinel === undefined ? undefined : this.resolve(spec.sentinel);
    const secret = spec.secret === undefined ? undefined : this.resolve(spec.secret);
    return {
      nodes,
      cluster,
      timeoutMs,
      ...(sentinel === undefined ? {} : { sentinel }),
      ...(secret === undefined ? {} : { secret }),
    };
  }

  usage({ file, webhook }: UsageSpec = {}): UsageSettings {
    const name = file === undefined ? undefined : this.resolve(file);
    if (name !== undefined && !existsSync(dirname(name))) {
      this.errors.add(`The folder of telemetry.usage.file, ${JSON.stringify(dirname(name))}, is not there.`);
    }
    const url = webhook === undefined ? undefined : this.resolve(webhook.url);
    if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
      // What it is is not repeated: it may hold a token.
      this.errors.add('telemetry.usage.webhook.url is no http or https URL.');
    }
    return {
      ...(name === undefined ? {} : { file: name }),
      ...(url === undefined || webhook === undefined ? {} : { webhook: { url, threshold: webhook.threshold } }),
    };
  }

  /** Whether there is any; also when it is none, which was said. */
  ranges(text: EnvText): boolean {
    const ranges = (this.resolve(text)?.split(',') ?? []).filter((range) => range.trim() !== '');
    for (const range of ranges) {
      try {
        parseRange(range);
      } catch {
        this.errors.add(`The trusted proxy ${JSON.stringify(range.trim())} is not an address or a CIDR range.`);
      }
    }
    return ranges.length > 0;
  }

  port(text: string | undefined, name: string): number {
    const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : Number.NaN;
    if (text !== undefined && !(port <= 65_535)) this.errors.add(`${name} is ${JSON.stringify(text)}, which is no port.`);
    return port;
  }

  /** AD-1: the admin listener answers on loopback only. */
  admin(text: string | undefined): Address {
    const [, named = '', port = ''] = /^(.*):(\d*)$/.exec(text ?? '') ?? [];
    const bare = named.replace(/^\[(.*)\]$/, '$1').toLowerCase();
    // A name of the loopback is what its owner's hosts file says, so it is not asked.
    const host = bare === 'localhost' ? '127.0.0.1' : bare;
    if (text !== undefined && host !== '::1' && !(isIPv4(host) && host.startsWith('127.'))) {
      this.errors.add(`GW_ADMIN is ${JSON.stringify(text)}, but it must be address:port on loopback, such as 127.0.0.1:9901.`);
      return { host, port: 0 };
    }
    return { host, port: this.port(text === undefined ? undefined : port, 'The port of GW_ADMIN') };
  }

  transport(text: string | undefined): TransportKind {
    const kind = transportKind(text);
    if (kind === undefined) this.errors.add(`GW_TRANSPORT is ${JSON.stringify(text)}, which is neither direct nor library.`);
    return kind ?? 'direct';
  }

  tls(files: GatewaySpec['server']['tls']): CertificateFiles | undefined {
    if (files === undefined) return undefined;
    const pair = ({ cert, key }: Pair): Pair => ({ cert: this.resolve(cert) ?? '', key: this.resolve(key) ?? '' });
    const { others = [], closeUnknown = false } = files;
    return { ...pair(files), others: others.map((other) => ({ hosts: other.hosts, ...pair(other) })), closeUnknown };
  }

  tokens(specs: readonly AdminTokenSpec[], environment: string | undefined): ReturnType<typeof adminTokens> {
    if (environment !== undefined && environment !== '' && environment.length < SHORTEST_TOKEN) {
      this.errors.add(`GW_ADMIN_TOKEN must have at least ${SHORTEST_TOKEN} characters.`);
    }
    try {
      return adminTokens(specs, environment, (text) => this.resolve(text) ?? '');
    } catch (error) {
      this.errors.add(error instanceof Error ? error.message : String(error));
      return { tokens: [], made: undefined };
    }
  }

  threads(text: string | undefined): number {
    const most = REUSE_PORT.has(process.platform) ? MOST_THREADS : 1;
    if (text === undefined || text === '') return Math.min(availableParallelism(), most);
    const threads = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (threads < 1) this.errors.add(`GW_THREADS is ${JSON.stringify(text)}, which is no number of threads.`);
    return Math.min(threads, most);
  }
}
