import { X509Certificate } from 'node:crypto';
import { parseRange } from '../../address.ts';
import { argon2Hash } from './argon2-hash.ts';
import { revokedSerials } from './crl.ts';
import { signingKeys } from './identity-signer.ts';
import type { ApiKeyRecord } from './key-store.ts';
import { isFields } from './token-parts.ts';

/** What a file of credentials holds: keys or users as JSON; certificates, revocation lists or private keys as PEM. */
export type FileKind = 'api-keys' | 'users' | 'certificates' | 'revoked' | 'signing-keys';

/**
 * Reads a file of credentials: records of keys, users, certificates (PEM, one text each), serial numbers, or
 * `SigningKeyRecord`.
 *
 * @throws Error naming the file and what is wrong with it
 */
export function parseFile(kind: FileKind, path: string, text: string): readonly unknown[] {
  switch (kind) {
    case 'api-keys':
      return records(path, text, 'keys', keyProblem, 'id');
    case 'users':
      return records(path, text, 'users', userProblem, 'name');
    case 'certificates':
      return certificates(path, text);
    case 'revoked':
      return guarded(path, () => revokedSerials(text));
    case 'signing-keys':
      return guarded(path, () => signingKeys(text));
  }
}

/** Keys of a file. @throws Error naming the file and what is wrong with it */
export function parseKeys(path: string, text: string): readonly ApiKeyRecord[] {
  return parseFile('api-keys', path, text).filter(isKeyRecord);
}

/** A key as text of JSON; undefined for what is none. */
export function parseKey(text: string): ApiKeyRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isKeyRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function records(
  path: string,
  text: string,
  list: string,
  problemOf: (record: Readonly<Record<string, unknown>>) => string | undefined,
  name: string,
): readonly unknown[] {
  const value = guarded(path, (): unknown => JSON.parse(text));
  const found = isFields(value) ? value[list] : undefined;
  if (!Array.isArray(found)) throw new Error(`The file ${path} holds no list \`${list}\`.`);
  const names = new Set<unknown>();
  found.forEach((record: unknown, index) => {
    const problem = isFields(record)
      ? names.has(record[name])
        ? `there are two with this ${name}`
        : problemOf(record)
      : 'it is no object';
    if (problem !== undefined) throw new Error(`The file ${path}, ${list}[${index}]: ${problem}.`);
    if (isFields(record)) names.add(record[name]);
  });
  return found;
}

function certificates(path: string, text: string): readonly string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new Error(`The file ${path} holds no certificate.`);
  for (const pem of found) guarded(path, () => new X509Certificate(pem));
  return found;
}

function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`The file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isKeyRecord(value: unknown): value is ApiKeyRecord {
  return isFields(value) && keyProblem(value) === undefined;
}

function keyProblem(record: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof record.id !== 'string' || typeof record.consumer !== 'string') return 'it needs `id` and `consumer`';
  if (record.status !== 'active' && record.status !== 'revoked') return '`status` is neither active nor revoked';
  if (!/^hmac-sha256:[0-9a-f]{64}$/.test(String(record.hash)))
    return '`hash` is no hmac-sha256 in hex: make one with gw keys hash';
  const date = ['notBefore', 'expiresAt'].find(
    (name) => record[name] !== undefined && !Number.isFinite(Date.parse(String(record[name]))),
  );
  if (date !== undefined) return `\`${date}\` is no date`;
  return (
    textProblem(record, ['pepperId', 'plan', 'tenant', 'last4', 'createdAt', 'replacedBy']) ??
    listProblem(record, ['scopes', 'roles', 'allowedIPs']) ??
    rangeProblem(record)
  );
}

function userProblem(record: Readonly<Record<string, unknown>>): string | undefined {
  const { name, hash } = record;
  if (typeof name !== 'string' || name === '' || name.includes(':')) return 'it needs a `name` without colon';
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(String(hash)) ?? [];
  if (cost !== undefined && Number(cost) < 10) return 'the cost of bcrypt is less than 10';
  if (cost === undefined && !String(hash).startsWith('$argon2id$')) return '`hash` is neither bcrypt nor argon2id';
  if (cost === undefined && !isStrongArgon2(String(hash))) return 'argon2id needs at least m=19456,t=2,p=1, and at most 1 GiB';
  return textProblem(record, ['consumer', 'plan', 'tenant']) ?? listProblem(record, ['scopes', 'roles']);
}

/** BA-1: no weaker than OWASP's least, and no more than a gateway can give to one password. */
function isStrongArgon2(hash: string): boolean {
  const { memory, passes } = argon2Hash(hash) ?? { memory: 0, passes: 0 };
  return memory >= 19_456 && memory <= 1_048_576 && passes >= 2 && passes <= 100;
}

function textProblem(record: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  const wrong = names.find((name) => record[name] !== undefined && typeof record[name] !== 'string');
  return wrong === undefined ? undefined : `\`${wrong}\` is no text`;
}

function listProblem(record: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  const wrong = names.find((name) => record[name] !== undefined && !isTexts(record[name]));
  return wrong === undefined ? undefined : `\`${wrong}\` is no list of texts`;
}

function rangeProblem({ allowedIPs }: Readonly<Record<string, unknown>>): string | undefined {
  try {
    for (const range of isTexts(allowedIPs) ? allowedIPs : []) parseRange(range);
    return undefined;
  } catch {
    return '`allowedIPs` holds something that is no address';
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
