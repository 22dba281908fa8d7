/**
 * Reads the generation out of `gateway.mjs` and compiles it. The file's form is described where it is written, in
 * `cli/bundle/section.ts`: host code, then the generation as line comments between two markers.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import type { GenerationParts } from '../generation.ts';

const BEGIN = '\n//#gw:generation ';
const ROUTES = '\n//#gw:routes\n';
const END = '\n//#gw:end';

/** A `gateway.mjs` taken apart. */
export interface GatewayFile {
  /** Version of gw that built it. */
  readonly version: string;
  readonly name: string;
  /** SHA-256 of the generation's text, hex; names the generation. */
  readonly sha256: string;
  /** SHA-256 of the host code, hex. Only a file of the same host can be loaded by a running one. */
  readonly host: string;
  /** JavaScript text of the generation. */
  readonly generation: string;
  /** JSON text of the routes with the origin of every value, for the admin listener. */
  readonly routes: string;
}

/** A generation on its way to a thread. */
export interface GenerationText {
  /** SHA-256 of the text; names the generation. */
  readonly id: string;
  readonly text: string;
  readonly cache: CodeCache;
}

/** A bundle that main has read, checked and compiled. */
export interface LoadedBundle {
  readonly file: GatewayFile;
  /** Module text of the host: what workers run. */
  readonly hostCode: string;
  readonly parts: GenerationParts;
  readonly generation: GenerationText;
}

/** @throws Error when the file is no bundle, or does not evaluate */
export function readBundle(url: URL): LoadedBundle {
  const { hostCode, ...file } = parseGatewayFile(readFileSync(fileURLToPath(url), 'latin1'));
  const { parts, script } = evaluateGeneration(file.generation);
  return { file, hostCode, parts, generation: { id: file.sha256, text: file.generation, cache: shareCode(script) } };
}

/**
 * Takes the text of a `gateway.mjs` apart and checks both hashes.
 *
 * @throws Error when the text is no complete, unchanged bundle
 */
export function parseGatewayFile(text: string): GatewayFile & Pick<LoadedBundle, 'hostCode'> {
  const begin = text.lastIndexOf(BEGIN);
  const routes = text.indexOf(ROUTES, begin + 1);
  const end = text.indexOf(END, begin + 1);
  if (begin === -1 || routes === -1 || end < routes) throw new Error('The file is no complete bundle of gw.');
  const firstLine = text.indexOf('\n', begin + 1);
  const head = fieldsOf(text.slice(begin + BEGIN.length, firstLine));
  const field = (name: string): string => {
    const value = head[name];
    if (typeof value !== 'string') throw new Error(`The bundle does not say its ${name}.`);
    return value;
  };
  const hostCode = flat(text.slice(0, begin + 1));
  const generation = uncomment(text.slice(firstLine + 1, routes));
  const file = { version: field('version'), name: field('name'), sha256: field('sha256'), host: field('host') };
  if (file.sha256 !== sha256(generation)) throw new Error('The generation of the bundle was changed after it was built.');
  if (file.host !== sha256(hostCode)) throw new Error('The host code of the bundle was changed after it was built.');
  return { ...file, hostCode, generation, routes: uncomment(text.slice(routes + ROUTES.length, end)) };
}

/** A copy: a slice would keep the whole file as long as it is held. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function uncomment(lines: string): string {
  return lines.replaceAll(/^\/\/>/gm, '').trimEnd();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compiled code, warm: a worker loads it in a tenth of the time that parsing takes. Lies in memory that threads share. */
export type CodeCache = Uint8Array<SharedArrayBuffer>;

/**
 * Every generation is compiled once and never again, so V8 must not keep the texts: with its compilation cache each reload would leave
 * 2.5 to 4 MB behind. Once per process, before the first generation.
 */
export function prepareCompiler(): void {
  setFlagsFromString('--no-compilation-cache');
}

/** Evaluates a generation's text. A cache that V8 rejects (another version) costs time, nothing else. */
export function evaluateGeneration(
  text: string,
  cache?: CodeCache,
): { readonly parts: GenerationParts; readonly script: Script } {
  const script = new Script(text, { filename: 'generation.js', ...(cache === undefined ? {} : { cachedData: cache }) });
  const parts: GenerationParts = script.runInThisContext()();
  return { parts, script };
}

/** The code cache of a script that has run, for other threads. */
export function shareCode(script: Script): CodeCache {
  const data = script.createCachedData();
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return shared;
}
