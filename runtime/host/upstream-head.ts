import { HeaderFields } from '../header-fields.ts';
import { HOP_BY_HOP } from '../hop-by-hop.ts';

/** Bytes that no field value may hold; undici's parser refuses them already, this holds for any parser. */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MAX_FIELDS = 200;

/**
 * Reads the head of an upstream's answer: end-to-end fields only, framing checked as SM-1 demands.
 *
 * @param raw names and values as bytes, in turn
 * @returns the fields and the length of the body (-1 = unknown); undefined when the framing is not exactly what RFC 9112 §6 allows
 */
export function readHead(
  status: number,
  raw: readonly Uint8Array[],
): { readonly head: HeaderFields; readonly length: number } | undefined {
  if (status > 599 || raw.length > MAX_FIELDS * 2) return undefined;
  const head = new HeaderFields(status);
  let length = -1;
  let chunked = false;
  let listed: string[] | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = latin1(raw[index]).toLowerCase();
    const value = latin1(raw[index + 1]);
    if (!TOKEN.test(name) || FORBIDDEN.test(value)) return undefined;
    if (name === 'content-length') {
      if (length !== -1 || !/^\d{1,15}$/.test(value)) return undefined;
      length = Number(value);
    } else if (name === 'transfer-encoding') {
      if (chunked || value.toLowerCase() !== 'chunked') return undefined;
      chunked = true;
    } else if (name === 'connection') {
      listed = [...(listed ?? []), ...value.toLowerCase().split(',')];
    } else if (!HOP_BY_HOP.has(name)) {
      head.push(name, value);
    }
  }
  if (chunked && length !== -1) return undefined;
  for (const name of listed ?? []) head.remove(name.trim());
  return { head, length };
}

function latin1(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
