/**
 * The marked section at the end of `gateway.mjs` that holds the generation, read back by `runtime/host/load-generation.ts`:
 *
 *     …host code (an ES module)…
 *     //#gw:generation {"version":"0.1.0","name":"shop","sha256":"<of the text>","host":"<sha256 of all before this line>"}
 *     //>first line of the text
 *     //>second line
 *     //#gw:routes
 *     //>{"values":[…],"routes":[…]}
 *     //#gw:end
 *
 * Lines end with LF, the file is ASCII, the line end after the host code belongs to the host, the text has no line end of its own at its
 * end. Because every line is a comment, the engine that runs the host never parses the generation.
 *
 * The text is one JavaScript expression whose value is a function without parameters that gives `{ gateway, table, validators }`
 * (`templates/bundle/generation.ts`), the arguments of `createGeneration`:
 *
 *     const parts = new vm.Script(text, { filename }).runInThisContext()();
 *
 * The routes are JSON for the admin listener: `AdminRoutes`, with the origin of every value;
 * no worker reads that part.
 *
 * A reader takes the last `\n//#gw:generation ` of the file, so nothing in the host code can be mistaken for it.
 */
import { createHash } from 'node:crypto';
import { invariant } from '../errors.ts';

/** What the first line of the section says. */
export interface SectionHead {
  /** Version of gw that built the file. */
  readonly version: string;
  /** Name of the gateway. */
  readonly name: string;
  /** SHA-256 of the generation's text, hex. */
  readonly sha256: string;
  /** SHA-256 of the host code, hex: a running host loads generations of the same host only. */
  readonly host: string;
}

const BEGIN = '//#gw:generation ';
const LINE = '//>';
const ROUTES = '//#gw:routes';
const END = '//#gw:end';

/** Joins host code, generation and routes into the text of `gateway.mjs`. */
export function writeSection(
  hostCode: string,
  generation: string,
  routes: unknown,
  { version, name }: Pick<SectionHead, 'version' | 'name'>,
): { readonly text: string; readonly head: SectionHead } {
  const host = hostCode.endsWith('\n') ? hostCode : `${hostCode}\n`;
  const body = generation.trimEnd();
  invariant(!/[^\t\n\x20-\x7e]/.test(host + body), 'a bundle is ASCII with LF');
  const head: SectionHead = { version, name, sha256: sha256(body), host: sha256(host) };
  const lines = body.split('\n').map((line) => LINE + line);
  return { text: `${[host + BEGIN + asciiJson(head), ...lines, ROUTES, LINE + asciiJson(routes), END].join('\n')}\n`, head };
}

/** The section of a `gateway.mjs`; undefined when the file has none or it was changed. */
export function readSection(file: string): { readonly head: SectionHead; readonly generation: string } | undefined {
  const begin = file.lastIndexOf(`\n${BEGIN}`);
  const end = file.indexOf(`\n${ROUTES}\n`, begin + 1);
  if (begin === -1 || end < begin) return undefined;
  const [first = '', ...lines] = file.slice(begin + 1, end).split('\n');
  const head = parseHead(first.slice(BEGIN.length));
  const generation = lines.map((line) => line.slice(LINE.length)).join('\n');
  if (head?.sha256 !== sha256(generation) || head.host !== sha256(file.slice(0, begin + 1))) return undefined;
  return { head, generation };
}

function parseHead(json: string): SectionHead | undefined {
  try {
    const head: unknown = JSON.parse(json);
    return isHead(head) ? head : undefined;
  } catch {
    return undefined;
  }
}

function isHead(head: unknown): head is SectionHead {
  if (typeof head !== 'object' || head === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...head };
  return ['version', 'name', 'sha256', 'host'].every((name) => typeof fields[name] === 'string');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One line of ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
