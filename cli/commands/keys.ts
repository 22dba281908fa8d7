import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';
import { printable } from '../report/escape.ts';
import { adminClient } from './admin-client.ts';
import { type Options, text, textList } from './input.ts';
import { createEntry } from './key-entry.ts';
import { print } from './output.ts';
import { table } from './routes.ts';

/** `gw keys create`: makes a key of a running gateway. Only the key goes to standard output, what it is to standard error. */
export async function createKey(options: Options): Promise<number> {
  if (options.entry === true) return await createEntry(options);
  const consumer = text(options, 'consumer');
  if (consumer === undefined) throw new GwError('ERR_GW_USAGE', 'Nobody is named for whom the key is', 'Add --consumer <name>.');
  const texts = {
    plan: text(options, 'plan'),
    tenant: text(options, 'tenant'),
    environment: text(options, 'env'),
    expiresAt: text(options, 'expires'),
    binding: text(options, 'binding'),
  };
  const lists = { scopes: textList(options, 'scope'), roles: textList(options, 'role'), allowedIPs: textList(options, 'allow') };
  const answer = await adminClient(options).ask('POST', '/apikeys', {
    consumer,
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
    ...Object.fromEntries(Object.entries(lists).filter(([, values]) => values.length > 0)),
  });
  return await tellKey(answer, options);
}

/** `gw keys rotate`: another key of the same rights. */
export async function rotateKey(id: string, options: Options): Promise<number> {
  const query = new URLSearchParams({ overlap: text(options, 'overlap') ?? '24h' });
  const answer = await adminClient(options).ask('POST', `/apikeys/${encodeURIComponent(id)}/rotate?${query}`);
  return await tellKey(answer, options);
}

/** `gw keys revoke`: it is accepted no more. */
export async function revokeKey(id: string, options: Options): Promise<number> {
  const answer = await adminClient(options).ask('POST', `/apikeys/${encodeURIComponent(id)}/revoke`);
  await print(`${printable(id)} of ${printable(String(member(answer, 'consumer')))} is revoked.\n`);
  return 0;
}

/** `gw keys list`: every key of a running gateway, page by page. */
export async function listKeys(options: Options): Promise<number> {
  const client = adminClient(options);
  const consumer = text(options, 'consumer');
  const keys: unknown[] = [];
  for (let after: unknown = ''; after !== undefined; ) {
    const query = new URLSearchParams({
      ...(consumer === undefined ? {} : { consumer }),
      ...(after === '' ? {} : { after: String(after) }),
    });
    const page = await client.ask('GET', `/apikeys${query.size === 0 ? '' : `?${query}`}`);
    const found = member(page, 'keys');
    if (Array.isArray(found)) keys.push(...found);
    after = member(page, 'next');
  }
  if (options.json === true) {
    await print(`${JSON.stringify({ keys }, null, 2)}\n`);
    return 0;
  }
  const names = ['id', 'last4', 'consumer', 'plan', 'status', 'createdAt', 'expiresAt', 'lastUsedAt', 'binding'];
  const rows = keys.map((key) => names.map((name) => printable(String(member(key, name) ?? '-'))));
  const head = ['ID', 'LAST', 'CONSUMER', 'PLAN', 'STATUS', 'CREATED', 'EXPIRES', 'USED', 'BINDING'];
  await print(rows.length === 0 ? 'There are no keys.\n' : table(head, rows));
  return 0;
}

async function tellKey(answer: unknown, options: Options): Promise<number> {
  if (options.json === true) {
    await print(`${JSON.stringify(answer, null, 2)}\n`);
    return 0;
  }
  const cell = (name: string): string => printable(String(member(answer, name)));
  process.stderr.write(`gw: key ${cell('id')} of ${cell('consumer')}, shown once\n`);
  await print(`${cell('key')}\n`);
  return 0;
}
