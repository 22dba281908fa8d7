import type { Exchange, PolicyEnv } from '../contract.ts';
import { takeQueryValues } from './query.ts';

/** Where a scheme of the document puts its credential. */
export type CredentialPlace =
  /** `Authorization` with this scheme, lower case: `bearer`, `basic`. */
  | { readonly in: 'authorization'; readonly scheme: string }
  | { readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly in: 'certificate' };

/** One credential of a request: its text, undefined where there is none, or that there are several of one kind (JW-3). */
export type Found = string | undefined | typeof SEVERAL;
export const SEVERAL: unique symbol = Symbol('several');

/** Reads and takes away the credential of one place. Made once per route. */
export interface CredentialReader {
  read(exchange: Exchange): Found;
  /** Keeps the credential from the upstream. */
  remove(exchange: Exchange): void;
}

export function credentialReader(place: CredentialPlace, env: PolicyEnv): CredentialReader {
  switch (place.in) {
    case 'authorization':
      return authorization(place.scheme, env);
    case 'header':
      return header(place.name.toLowerCase(), env);
    case 'query':
      return query(place.name);
    case 'cookie':
      return cookie(place.name, env);
    case 'certificate':
      // Whether there is one, and where, is known to the binding alone.
      return { read: () => '', remove: () => undefined };
  }
}

/** The scheme is compared without case, one space follows, and no credential holds a comma: two fields are joined by one. */
function authorization(scheme: string, env: PolicyEnv): CredentialReader {
  const slot = env.headerSlot('authorization');
  const prefix = `${scheme} `;
  const usual = `${prefix.slice(0, 1).toUpperCase()}${prefix.slice(1)}`;
  return {
    read(exchange) {
      const value = exchange.header(slot);
      if (value === undefined) return undefined;
      if (!value.startsWith(usual) && value.slice(0, prefix.length).toLowerCase() !== prefix) {
        return value.includes(',') && value.toLowerCase().includes(`, ${prefix}`) ? SEVERAL : undefined;
      }
      return value.includes(',') ? SEVERAL : value.slice(prefix.length);
    },
    remove: (exchange) => exchange.removeRequestHeader('authorization'),
  };
}

function header(name: string, env: PolicyEnv): CredentialReader {
  const slot = env.headerSlot(name);
  return {
    read(exchange) {
      const value = exchange.header(slot);
      if (value === undefined || value === '') return undefined;
      if (value.includes(',')) return SEVERAL;
      // Documents that declare a header `Authorization` mean its usual form.
      return name === 'authorization' && /^bearer /i.test(value) ? value.slice('bearer '.length) : value;
    },
    remove: (exchange) => exchange.removeRequestHeader(name),
  };
}

function query(name: string): CredentialReader {
  return {
    read(exchange) {
      if (exchange.query === '') return undefined;
      const { values } = takeQueryValues(exchange.query, name);
      return values.length > 1 ? SEVERAL : values[0] || undefined;
    },
    remove(exchange) {
      if (exchange.query === '') return;
      const { values, rest } = takeQueryValues(exchange.query, name);
      if (values.length > 0) exchange.setQuery(rest);
    },
  };
}

function cookie(name: string, env: PolicyEnv): CredentialReader {
  const slot = env.headerSlot('cookie');
  const isNamed = (pair: string): boolean => pair.trimStart().startsWith(`${name}=`);
  return {
    read(exchange) {
      const header = exchange.header(slot);
      if (header === undefined || !header.includes(name)) return undefined;
      const found = header.split(';').filter(isNamed);
      if (found.length > 1) return SEVERAL;
      return found[0]?.trim().slice(name.length + 1) || undefined;
    },
    remove(exchange) {
      const header = exchange.header(slot);
      if (header === undefined || !header.includes(name)) return;
      const rest = header.split(';').filter((pair) => !isNamed(pair));
      if (rest.length === 0) exchange.removeRequestHeader('cookie');
      else exchange.setRequestHeader('cookie', rest.join(';').trim());
    },
  };
}
