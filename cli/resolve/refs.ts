import { posix } from 'node:path';
import type { Document, Node } from '../load/document.ts';
import { below, member, tokensOf } from '../load/pointer.ts';
import type { Workspace } from '../load/workspace.ts';
import { nearest } from '../nearest.ts';
import type { Resolved, Resolver } from './api.ts';
import { type Identified, identify } from './identifiers.ts';

/** Why a reference leads nowhere. */
export type RefFailure = 'remote' | 'outside' | 'unresolved' | 'broken';

/** Where one reference leads. `broken`: into a file whose syntax error was reported already. */
export type Target = { readonly node: Node } | { readonly failure: RefFailure; readonly message: string; readonly hint?: string };

/** Longest chain of references that lead to references. */
const maxSteps = 100;

/** Most suggestions looked for in one run: a document of ten thousand broken references must not cost a hundred million comparisons. */
const maxSuggestions = 200;

/** Follows references between the documents of a workspace, loading files as references name them until `seal` is called. */
export class References implements Resolver {
  readonly #workspace: Workspace;
  readonly #identified = new Map<Document, Identified>();
  #sealed = false;
  #suggestions = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** From now on only loaded files are known. */
  seal(): void {
    this.#sealed = true;
  }

  resolve(node: Node): Resolved | undefined {
    const chain: Resolved['chain'][number][] = [];
    let at = node;
    for (let reference = referenceIn(at.value); reference !== undefined; reference = referenceIn(at.value)) {
      if (chain.length === maxSteps) return undefined;
      chain.push({ file: at.document.file, pointer: at.pointer, part: 'value' });
      const target = this.target(at, reference);
      if (!('node' in target)) return undefined;
      at = target.node;
    }
    return { node: at, chain };
  }

  target(from: Node, reference: string): Target {
    const hash = reference.indexOf('#');
    const location = hash === -1 ? reference : reference.slice(0, hash);
    const fragment = decodeFragment(hash === -1 ? '' : reference.slice(hash + 1));
    if (fragment === undefined) return unresolved(`The reference '${reference}' is not valid percent-encoding`);
    const known = this.#identifiedTarget(from, location, fragment);
    if (known !== undefined) return { node: known };
    const file = location === '' ? { document: from.document } : this.#file(from.document, location);
    return 'document' in file ? this.#inside(file.document, fragment, reference) : file;
  }

  /** A target that schemas name by `$id`, `$anchor`, or the document by `$self`: no file is meant then, and nothing is fetched. */
  #identifiedTarget(from: Node, location: string, fragment: string): Node | undefined {
    const identified = this.#identify(from.document);
    const base = identified.resourceAround(from.pointer);
    if (location === '' && base !== undefined) {
      const inResource = fragment.startsWith('/')
        ? this.#descend({ document: from.document, pointer: base.pointer, value: base.value }, fragment)
        : undefined;
      if (inResource !== undefined) return inResource;
    }
    if (location === '') return fragment === '' || fragment.startsWith('/') ? undefined : identified.anchor(fragment);
    const uri = resolveUri(location, base?.uri ?? identified.self);
    if (uri === undefined) return undefined;
    for (const document of [from.document, ...this.#workspace.documents]) {
      const root = this.#identify(document).byUri(uri);
      if (root === undefined) continue;
      if (fragment !== '' && !fragment.startsWith('/')) return this.#identify(document).anchor(fragment);
      return this.#descend(root, fragment);
    }
    return undefined;
  }

  #identify(document: Document): Identified {
    const known = this.#identified.get(document);
    if (known !== undefined) return known;
    const identified = identify(document);
    this.#identified.set(document, identified);
    return identified;
  }

  #file(from: Document, location: string): { readonly document: Document } | Exclude<Target, { readonly node: Node }> {
    if (/^(https?:)?\/\//i.test(location)) {
      return {
        failure: 'remote',
        message: `The reference leads to ${location}, and gw never fetches anything`,
        hint: 'Copy what is needed into the repository and reference the copy.',
      };
    }
    if (/^file:/i.test(location) || location.startsWith('/')) return outside(location);
    if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return unresolved(`Nothing here is identified as '${location}'`);
    const decoded = decodeFragment(location);
    if (decoded === undefined) return unresolved(`The reference '${location}' is not valid percent-encoding`);
    const file = posix.join(posix.dirname(from.file), decoded);
    if (file === '..' || file.startsWith('../')) return outside(location);
    return this.#load(file, location);
  }

  #load(file: string, location: string): { readonly document: Document } | Exclude<Target, { readonly node: Node }> {
    if (this.#sealed) {
      const document = this.#workspace.source(file) === undefined ? undefined : this.#workspace.read(file);
      return document !== undefined && 'document' in document ? document : unresolved(`The file ${file} was not loaded`);
    }
    const result = this.#workspace.read(file);
    if ('document' in result) return result;
    if (result.failure === 'outside') return outside(location);
    if (result.failure === 'broken') return { failure: 'broken', message: `The file ${file} could not be parsed` };
    if (result.failure === 'unreadable') return outside(location, `${file} is not an ordinary file of at most 64 MiB`);
    return unresolved(`There is no file ${file}`);
  }

  #inside(document: Document, fragment: string, reference: string): Target {
    const root: Node = { document, pointer: '', value: document.value };
    if (fragment === '') return { node: root };
    if (!fragment.startsWith('/')) {
      const anchored = this.#identify(document).anchor(fragment);
      if (anchored !== undefined) return { node: anchored };
      const hint = `A pointer begins with '#/'.`;
      return { failure: 'unresolved', message: `No schema of ${document.file} has the anchor '${fragment}'`, hint };
    }
    const found = this.#descend(root, fragment);
    return found === undefined ? this.#missing(root, fragment, reference) : { node: found };
  }

  /** Walks a pointer down, through references that stand in its way. */
  #descend(root: Node, fragment: string): Node | undefined {
    let at: Node = root;
    for (const token of tokensOf(fragment)) {
      let value = member(at.value, token);
      if (value === undefined) {
        const resolved = referenceIn(at.value) === undefined ? undefined : this.resolve(at);
        if (resolved === undefined) return undefined;
        at = resolved.node;
        value = member(at.value, token);
        if (value === undefined) return undefined;
      }
      at = { document: at.document, pointer: below(at.pointer, token), value };
    }
    return at;
  }

  #missing(root: Node, fragment: string, reference: string): Target {
    let at: unknown = root.value;
    let reached = '#';
    for (const token of tokensOf(fragment)) {
      const next = member(at, token);
      if (next === undefined) {
        const where = reference.startsWith('#') ? reached : `${root.document.file}${reached}`;
        const message = `'${reference}' leads nowhere: ${where} has no '${token}'`;
        const near = this.#suggest(token, at);
        return near === undefined ? unresolved(message) : { failure: 'unresolved', message, hint: `Did you mean '${near}'?` };
      }
      reached = below(reached, token);
      at = next;
    }
    return unresolved(`'${reference}' leads nowhere`);
  }

  #suggest(token: string, container: unknown): string | undefined {
    if (typeof container !== 'object' || container === null || this.#suggestions >= maxSuggestions) return undefined;
    this.#suggestions++;
    return nearest(token, Object.keys(container));
  }
}

/** The `$ref` of a value, when it is an object that has one. */
export function referenceIn(value: unknown): string | undefined {
  const reference = typeof value === 'object' && value !== null && !Array.isArray(value) ? member(value, '$ref') : undefined;
  return typeof reference === 'string' ? reference : undefined;
}

/** An absolute URI without fragment; undefined when the location is relative and there is no base. */
function resolveUri(location: string, base: string | undefined): string | undefined {
  if (URL.canParse(location)) return new URL(location).href;
  return base !== undefined && URL.canParse(location, base) ? new URL(location, base).href : undefined;
}

function decodeFragment(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function unresolved(message: string): Exclude<Target, { readonly node: Node }> {
  return { failure: 'unresolved', message };
}

function outside(
  location: string,
  message = `The reference leads to ${location}, outside of the folder gw reads`,
): Exclude<Target, { readonly node: Node }> {
  return { failure: 'outside', message, hint: 'References stay inside the repository.' };
}
