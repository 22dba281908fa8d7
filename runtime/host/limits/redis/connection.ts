import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisConnection, RedisDriver, RedisSettings } from '../../drivers.ts';
import { SlotMap } from './slot-map.ts';

/** Until a connection is given up, milliseconds. Requests do not wait for it: without one, the store has failed. */
const CONNECT_MS = 2_000;
const LONGEST_PAUSE_MS = 1_000;

const common = {
  // A request that cannot be sent at once is decided without Redis (RL-20).
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // All commands of a turn of the event loop are one write (RL-19).
  enableAutoPipelining: true,
  connectTimeout: CONNECT_MS,
} satisfies RedisOptions;

const pause = (times: number): number => Math.min(50 * times, LONGEST_PAUSE_MS);

/** Redis by ioredis: a single server, the master that Sentinels name, or a Cluster. */
export const redis: RedisDriver = {
  connect(settings) {
    const client = open(settings);
    // Without a listener an error would end the thread; what matters is told by `ready`.
    client.on('error', () => undefined);
    const slots = client instanceof Cluster ? new SlotMap(client) : undefined;
    const isReady = (): boolean => client.status === 'ready' && slots?.isWhole !== false;
    const opened = new Promise<void>((resolve) => {
      const look = (): void => {
        if (isReady()) resolve();
      };
      client.on('ready', look).on('refresh', look);
    });
    return {
      opened,
      get ready() {
        return isReady();
      },
      async run({ text, sha }, keys, values) {
        // ioredis throws a TypeError where a slot has no node.
        if (!isReady()) throw new Error('Redis cannot be asked at the moment.');
        try {
          return await client.evalsha(sha, keys.length, ...keys, ...values);
        } catch (error) {
          if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
          return await client.eval(text, keys.length, ...keys, ...values);
        }
      },
      close: () => client.disconnect(),
    } satisfies RedisConnection;
  },
};

function open({ nodes, cluster, sentinel }: RedisSettings): Redis | Cluster {
  const urls = nodes.map((node) => new URL(node));
  const [first] = urls;
  if (first === undefined) throw new Error('A store of Redis has a node.');
  const access = accessOf(first);
  const addresses = urls.map(({ hostname, port }) => ({ host: bare(hostname), port: port === '' ? 6_379 : Number(port) }));
  if (cluster) {
    return new Cluster(addresses, {
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      maxRedirections: 4,
      retryDelayOnFailover: 20,
      retryDelayOnTryAgain: 20,
      slotsRefreshTimeout: CONNECT_MS,
      slotsRefreshInterval: 5_000,
      clusterRetryStrategy: pause,
      redisOptions: { ...access, maxRetriesPerRequest: 0, connectTimeout: CONNECT_MS },
    });
  }
  if (sentinel !== undefined) {
    return new Redis({
      ...common,
      ...access,
      sentinels: addresses,
      name: sentinel,
      retryStrategy: pause,
      sentinelRetryStrategy: pause,
    });
  }
  return new Redis({ ...common, ...access, ...addresses[0], retryStrategy: pause });
}

interface Access {
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls?: { readonly servername: string };
}

function accessOf({ protocol, username, password, pathname, hostname }: URL): Access {
  const db = /^\/(\d{1,4})$/.exec(pathname)?.[1];
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(db === undefined ? {} : { db: Number(db) }),
    ...(protocol === 'rediss:' ? { tls: { servername: bare(hostname) } } : {}),
  };
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
