import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GwError } from '../errors.ts';
import { hashOf, newKey, partsOf, pepperIdOf, type StoredKey } from '../keys/api-key.ts';
import { type Options, text, textList } from './input.ts';
import { print } from './output.ts';

/**
 * `gw keys create --entry`: makes a key without a gateway. The key goes to standard error, once; the entry for the key file to standard output.
 *
 * @param options.consumer who it is for
 */
export async function createEntry(options: Options): Promise<number> {
  const environment = text(options, 'env') ?? 'live';
  if (!/^[a-z0-9]{1,16}$/.test(environment)) {
    throw new GwError('ERR_GW_USAGE', `--env ${environment}`, 'Write at most 16 small letters and digits.');
  }
  const { text: key, id, secret } = newKey(environment);
  process.stderr.write(`gw: the key, shown once: ${key}\n`);
  await print(`${JSON.stringify(entry(options, id, secret, key), null, 2)}\n`);
  return 0;
}

/** `gw keys hash`: reads a key from standard input and writes its entry for the key file. */
export async function hashKey(options: Options): Promise<number> {
  const key = readFileSync(0, 'utf8').trim();
  if (key.length < 16) throw new GwError('ERR_GW_USAGE', 'A key has at least 16 characters', 'Give it on standard input.');
  const parts = partsOf(key);
  const id = parts?.id ?? `key-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  await print(`${JSON.stringify(entry(options, id, parts?.secret ?? key, key), null, 2)}\n`);
  return 0;
}

function entry(options: Options, id: string, secret: string, key: string): StoredKey {
  const consumer = text(options, 'consumer');
  if (consumer === undefined) throw new GwError('ERR_GW_USAGE', 'Nobody is named for whom the key is', 'Add --consumer <name>.');
  const plan = text(options, 'plan');
  const scopes = textList(options, 'scope');
  const pepper = process.env.GW_KEY_PEPPER ?? '';
  const pepperId = pepperIdOf(pepper);
  return {
    id,
    hash: hashOf(secret, pepper),
    ...(pepperId === undefined ? {} : { pepperId }),
    last4: key.slice(-4),
    consumer,
    ...(plan === undefined ? {} : { plan }),
    ...(scopes.length === 0 ? {} : { scopes }),
    status: 'active',
    createdAt: new Date().toISOString(),
  };
}
