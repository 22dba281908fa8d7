import type { X509Certificate } from 'node:crypto';

const KINDS: readonly string[] = ['URI', 'DNS', 'email'];

/** The names of a certificate: URIs (SPIFFE ids) first, then hosts, then mail addresses (MT-1). */
export function alternativeNames({ subjectAltName }: Pick<X509Certificate, 'subjectAltName'>): readonly string[] {
  const found = splitOutsideQuotes(subjectAltName ?? '', ',').flatMap((part) => {
    const [, kind = '', value = ''] = /^\s*([A-Za-z0-9 ]+):(.*)$/s.exec(part) ?? [];
    const text = unquoted(value);
    return KINDS.includes(kind) && text !== '' ? [{ kind, text }] : [];
  });
  return found.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)).map(({ text }) => text);
}

/** The subject as a text of RFC 4514: the last part of the name first. What is special in a value Node has escaped already. */
export function subjectText({ subject }: Pick<X509Certificate, 'subject'>): string {
  return subject.split('\n').reverse().join(',');
}

/** Node writes a name that holds something special as a text of JSON, so that no name can be taken for two. */
function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return '';
  }
}

/** Splits a text, but not between double quotes. */
export function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\' && quoted) index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
