import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, posix, relative, sep } from 'node:path';
import type { Diagnostic, Place, TextPlace } from '../diagnostics.ts';
import { isTextPlace } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import type { Location } from '../location.ts';
import type { Document, Source } from './document.ts';
import { parseJson } from './json.ts';
import type { Content, Parsed } from './parsed.ts';
import { decode, lineStarts, locationOf } from './text.ts';
import { parseYaml } from './yaml.ts';

/** Largest file that is read. The largest description known is 13 MB. */
const maxFileBytes = 64 * 1024 * 1024;

/** Why a file gives no document. A `broken` one has its diagnostic in the workspace. */
export type ReadFailure = 'outside' | 'missing' | 'unreadable' | 'broken';
export type ReadResult = { readonly document: Document } | { readonly failure: ReadFailure };

/** The files below one root, each read once. Nothing outside the root is ever opened, whatever a reference or a link says. */
export interface Workspace {
  /** Absolute, links resolved. */
  readonly root: string;
  /**
   * The document of a file that someone named on the command line or in gateway.yaml; undefined when its text cannot be parsed, which
   * is a diagnostic.
   *
   * @throws GwError when the file is missing, unreadable, or outside the root
   */
  document(file: string): Document | undefined;
  /** The document of a file that a document names. */
  read(file: string): ReadResult;
  /** The text of every file that was read, those with syntax errors included. */
  source(file: string): Source | undefined;
  /** Every file that was read so far, those with syntax errors included, sorted. */
  readonly files: readonly string[];
  /** Folders whose content decides what is read, there or not: those of all files that were asked for, and those noted by `looksIn`. */
  readonly folders: readonly string[];
  /** Notes a folder, below the root, that was looked into for files of a pattern. */
  looksIn(folder: string): void;
  /** Everything loaded so far, sorted by file. */
  readonly documents: readonly Document[];
  /** Syntax errors so far, in the order the files were read. */
  readonly diagnostics: readonly Diagnostic[];
  /** SHA-256 in hex of the bytes of a file that was read. */
  sha256(file: string): string | undefined;
  /** Lines and columns of places in any file that was read. */
  locate(file: string, places: readonly (Place | TextPlace)[]): readonly Location[];
}

/** Opens the folder that no document can leave. With a memory, files that it knows are not parsed again. */
export function openWorkspace(root: string, memory?: FileMemory): Workspace {
  return new Folder(realpathSync(root), memory);
}

/** What files say, from one run to the next: of each file what was read last. */
export class FileMemory {
  readonly #known = new Map<string, { readonly sha256: string; readonly parsed: Parsed }>();
  #parsedFiles = 0;

  parsed(file: string, sha256: string, parse: () => Parsed): Parsed {
    const known = this.#known.get(file);
    if (known?.sha256 === sha256) return known.parsed;
    this.#parsedFiles++;
    const parsed = parse();
    this.#known.set(file, { sha256, parsed });
    return parsed;
  }

  /** How many files were parsed since this was asked last. */
  takeParsed(): number {
    const number = this.#parsedFiles;
    this.#parsedFiles = 0;
    return number;
  }
}

interface Loaded {
  readonly source: Source;
  readonly sha256: string;
  readonly result: ReadResult;
  readonly content: Content | undefined;
}

class Folder implements Workspace {
  readonly root: string;
  readonly diagnostics: Diagnostic[] = [];
  readonly #loaded = new Map<string, Loaded>();
  /** Results by the name a file was asked for; several names may lead to one file. */
  readonly #asked = new Map<string, ReadResult>();
  readonly #lookedIn = new Set<string>();
  readonly #starts = new Map<string, readonly number[]>();
  readonly #memory: FileMemory | undefined;
  #sorted: readonly Document[] | undefined;

  constructor(root: string, memory: FileMemory | undefined) {
    this.root = root;
    this.#memory = memory;
  }

  get files(): readonly string[] {
    return [...this.#loaded.keys()].sort();
  }

  get folders(): readonly string[] {
    const asked = [...this.#asked]
      .filter(([, result]) => !('failure' in result && result.failure === 'outside'))
      .map(([file]) => posix.dirname(posix.normalize(file)));
    const all = [...asked, ...this.files.map((file) => posix.dirname(file)), ...this.#lookedIn];
    return [...new Set(all.map((folder) => (folder === '.' ? '' : folder)))].sort();
  }

  looksIn(folder: string): void {
    this.#lookedIn.add(folder);
  }

  get documents(): readonly Document[] {
    this.#sorted ??= [...this.#loaded.values()]
      .flatMap(({ result }) => ('document' in result ? [result.document] : []))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
    return this.#sorted;
  }

  document(file: string): Document | undefined {
    const result = this.read(file);
    if ('document' in result) return result.document;
    if (result.failure === 'broken') return undefined;
    if (result.failure === 'missing') throw new GwError('ERR_GW_FILE_NOT_FOUND', `There is no file ${file}`);
    if (result.failure === 'outside') {
      throw new GwError(
        'ERR_GW_FILE_OUTSIDE_ROOT',
        `${file} is outside of ${this.root}`,
        'Run gw in the folder that holds all documents.',
      );
    }
    throw new GwError('ERR_GW_FILE_UNREADABLE', `${file} cannot be read; it must be an ordinary file of at most 64 MiB`);
  }

  read(file: string): ReadResult {
    const known = this.#asked.get(file);
    if (known !== undefined) return known;
    const result = this.#find(file);
    this.#asked.set(file, result);
    return result;
  }

  source(file: string): Source | undefined {
    return this.#loaded.get(file)?.source;
  }

  sha256(file: string): string | undefined {
    return this.#loaded.get(file)?.sha256;
  }

  locate(file: string, places: readonly (Place | TextPlace)[]): readonly Location[] {
    const loaded = this.#loaded.get(file);
    const starts = this.#startsOf(file, loaded?.source.text ?? '');
    const nodes = places.flatMap((at) => (isTextPlace(at) ? [] : [at]));
    const spans = nodes.length === 0 ? [] : (loaded?.content?.spans(nodes) ?? []);
    let next = 0;
    return places.map((at) => {
      const span = isTextPlace(at) ? at : (spans[next++] ?? { start: 0, end: 0 });
      return locationOf(file, starts, span.start, span.end);
    });
  }

  #startsOf(file: string, text: string): readonly number[] {
    const known = this.#starts.get(file);
    if (known !== undefined) return known;
    const starts = lineStarts(text);
    this.#starts.set(file, starts);
    return starts;
  }

  #find(file: string): ReadResult {
    if (isAbsolute(file) || file.includes('\0')) return { failure: 'outside' };
    const path = join(this.root, file);
    if (!this.#holds(path)) return { failure: 'outside' };
    let real: string;
    try {
      real = realpathSync(path);
    } catch {
      return { failure: 'missing' };
    }
    if (!this.#holds(real)) return { failure: 'outside' };
    const name = relative(this.root, real).split(sep).join('/');
    const loaded = this.#loaded.get(name);
    return loaded === undefined ? this.#load(name, real) : loaded.result;
  }

  #holds(path: string): boolean {
    return path === this.root || path.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep);
  }

  #load(file: string, path: string): ReadResult {
    let bytes: Buffer;
    try {
      const stat = statSync(path);
      if (!stat.isFile() || stat.size > maxFileBytes) return { failure: 'unreadable' };
      bytes = readFileSync(path);
    } catch {
      return { failure: 'unreadable' };
    }
    const decoded = decode(bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { text } = decoded;
    const isJson = file.endsWith('.json') || /^\s*[{[]/.test(text.slice(0, 200));
    const read = (): Parsed => (decoded.ok ? parse(file, text, isJson) : refused(decoded));
    const parsed = this.#memory?.parsed(file, sha256, read) ?? read();
    for (const { message, start, end, hint } of parsed.mistakes) {
      this.diagnostics.push({
        rule: 'spec/parse',
        severity: 'error',
        message,
        ...(hint === undefined ? {} : { hint }),
        at: { file, start, end },
      });
    }
    const { content } = parsed;
    const source: Source = { file, text };
    const result: ReadResult =
      content === undefined
        ? { failure: 'broken' }
        : {
            document: {
              file,
              text,
              format: isJson ? 'json' : 'yaml',
              value: content.value,
              locate: (places) => this.locate(file, places),
            },
          };
    this.#sorted = undefined;
    this.#loaded.set(file, { source, sha256, result, content });
    return result;
  }
}

/** A `.yaml` file that holds JSON is read as JSON, which is faster by far, unless it turns out to be YAML in flow style. */
function parse(file: string, text: string, isJson: boolean): Parsed {
  if (!isJson) return parseYaml(text);
  const json = parseJson(text);
  return json.content === undefined && !file.endsWith('.json') ? parseYaml(text) : json;
}

function refused({ offset, message }: { readonly offset: number; readonly message: string }): Parsed {
  return { content: undefined, mistakes: [{ start: offset, end: offset + 1, message, hint: 'Save the file as UTF-8.' }] };
}
