import type { Exchange } from '../contract.ts';
import type { ParameterOptions } from './options.ts';
import type { Raw } from './value.ts';

/** Where the text of a cookie parameter comes from. */
export interface CookieReader {
  /** Whether the properties of an object are cookies of their own. */
  readonly spreads: boolean;
  read(exchange: Exchange): Raw | undefined;
}

/**
 * Finds a cookie, or the cookies of an exploded array or object. Style `form` joins with `&` inside of the field what style `cookie` (3.2)
 * writes as cookies of their own; both are read both ways, since clients do.
 */
export function cookieReader({ name, explode, coercion }: ParameterOptions, slot: number): CookieReader {
  const isArray = coercion?.array !== undefined;
  const object = explode ? coercion?.object : undefined;
  if (object !== undefined && !isArray) {
    const names = new Set(object.properties.map(([property]) => property));
    const takesAll = names.size === 0 && object.additional !== false;
    return {
      spreads: true,
      read(exchange) {
        const found: string[] = [];
        eachPair(exchange.header(slot), true, (pair, value) => {
          if (takesAll || names.has(pair)) found.push(pair, value);
        });
        return found.length === 0 ? undefined : found;
      },
    };
  }
  return {
    spreads: false,
    read(exchange) {
      let found: string | string[] | undefined;
      eachPair(exchange.header(slot), isArray && explode, (pair, value) => {
        if (pair !== name) return;
        if (found === undefined) found = value;
        else if (typeof found === 'string') found = [found, value];
        else found.push(value);
      });
      return found;
    },
  };
}

function eachPair(header: string | undefined, ampersands: boolean, visit: (name: string, value: string) => void): void {
  if (header === undefined) return;
  for (const part of header.split(ampersands ? /[;&]/ : ';')) {
    const pair = part.trim();
    const equals = pair.indexOf('=');
    if (equals > 0) visit(pair.slice(0, equals), pair.slice(equals + 1));
  }
}
