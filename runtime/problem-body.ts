import { asciiJson, asciiText } from './ascii-json.ts';
import type { Problem } from './contract.ts';

/** A problem as the bytes of an answer. */
export interface ProblemBody {
  readonly contentType: string;
  readonly text: string;
}

/**
 * Writes a problem (X-4) with what only the exchange knows. ASCII only, so that no encoding can change it; XML where the client accepts
 * nothing else.
 */
export function problemBody(problem: Problem, requestId: string, accept: string | undefined): ProblemBody {
  const { type, title, status, detail, code, extensions } = problem;
  const instance = UUID.test(requestId) ? `urn:uuid:${requestId}` : requestId;
  if (wantsXml(accept)) {
    const members = { type, title, status, ...(detail === undefined ? {} : { detail }), instance, requestId, code };
    return { contentType: 'application/problem+xml', text: xml(members) };
  }
  // Piece by piece: most of a refusal's time would go into the making of one object.
  const told = detail === undefined ? '' : `,"detail":${asciiText(detail)}`;
  const more = extensions === undefined ? '' : asciiJson(extensions).slice(1, -1);
  const text =
    `{"type":${asciiText(type)},"title":${asciiText(title)},"status":${status}${told},"instance":"${instance}",` +
    `"requestId":"${requestId}","code":${asciiText(code)}${more === '' ? '' : `,${more}`}}`;
  return { contentType: 'application/problem+json', text };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the client takes XML and no JSON. */
function wantsXml(accept: string | undefined): boolean {
  if (accept === undefined || !/xml/i.test(accept)) return false;
  const ranges = accept.split(',').map((range) => (range.split(';', 1)[0] ?? '').trim().toLowerCase());
  const json = ranges.some((range) => range === '*/*' || range === 'application/*' || /[/+]json$/.test(range));
  return (
    !json && ranges.some((range) => range === 'application/xml' || range === 'text/xml' || range === 'application/problem+xml')
  );
}

function xml(members: Readonly<Record<string, string | number>>): string {
  const elements = Object.entries(members).map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?><problem xmlns="urn:ietf:rfc:7807">${elements.join('')}</problem>`;
}

function escaped(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x7e]|[&<>"']/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? ' ' : `&#${code};`;
  });
}
