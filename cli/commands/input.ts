import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { CompileRequest, CompileSource } from '../compile.ts';
import { GwError } from '../errors.ts';

/** The options of a command as commander gives them. */
export type Options = Readonly<Record<string, unknown>>;

/** What a command adds to what the command line says. */
export interface RequestDefaults {
  readonly defaultPreset: string;
  /** Compare dates in documents with today unless `--now` is given. */
  readonly today?: boolean;
  /** Judge suppressions too. */
  readonly audit?: boolean;
  /** For commands that only show: security requirements need no verifier. */
  readonly showOnly?: boolean;
  /** `--auth dev` has an issuer. */
  readonly runsIssuer?: boolean;
  /** Stands in for `--upstream` where nothing is built. */
  readonly upstream?: string;
}

/** An address that no request reaches (RFC 6761 §6.4). */
export const NO_UPSTREAM = 'http://upstream.invalid';

/** Gateway files that are looked for when neither `-c` nor documents are given. */
export const GATEWAY_FILES = ['gateway.yaml', 'gateway.yml', 'gateway.json'];

/**
 * What is to be compiled: one request for each gateway file, or one for all documents.
 *
 * @throws GwError for options that contradict each other, a missing file, or nothing to compile
 */
export function compileRequests(
  documents: readonly string[],
  options: Options,
  defaults: RequestDefaults,
): readonly CompileRequest[] {
  const configs = textList(options, 'config');
  const upstream = text(options, 'upstream');
  const sources = sourcesOf(documents, configs, upstream, defaults.upstream);
  const root = rootOf(sources.flatMap((source) => (source.kind === 'config' ? [source.file] : source.files)));
  const below = (file: string): string => relative(root, realpathSync(file)).split(sep).join('/');
  const preset = text(options, 'preset');
  const now = dateOf(text(options, 'now')) ?? (defaults.today === true ? new Date().toISOString().slice(0, 10) : undefined);
  return sources.map(
    (source): CompileRequest => ({
      root,
      source: source.kind === 'config' ? { ...source, file: below(source.file) } : { ...source, files: source.files.map(below) },
      auth: defaults.showOnly === true ? 'none' : authOf(text(options, 'auth'), defaults.runsIssuer === true),
      defaultPreset: defaults.defaultPreset,
      ...(preset === undefined ? {} : { preset }),
      ...(now === undefined ? {} : { now }),
      ...(defaults.audit === true ? { audit: true } : {}),
      ...(options.sourcemap === true ? { sourcemap: true } : {}),
      ...(options.mock === true ? { mock: true } : {}),
    }),
  );
}

function sourcesOf(
  documents: readonly string[],
  configs: readonly string[],
  given: string | undefined,
  standIn: string | undefined,
): readonly CompileSource[] {
  if (documents.length > 0 && configs.length > 0) {
    throw new GwError(
      'ERR_GW_USAGE',
      'Documents and -c are given together',
      'Name the documents in `specs` of the gateway file.',
    );
  }
  if (documents.length > 0) {
    const upstream = given ?? standIn;
    return [{ kind: 'documents', files: documents.map(existing), ...(upstream === undefined ? {} : { upstream }) }];
  }
  const files = configs.length > 0 ? configs : GATEWAY_FILES.filter((file) => existsSync(file)).slice(0, 1);
  if (files.length === 0) {
    throw new GwError(
      'ERR_GW_NO_DOCUMENTS',
      'There is no gateway.yaml in this folder',
      'Name OpenAPI documents, or a gateway file with -c.',
    );
  }
  if (given !== undefined) {
    throw new GwError(
      'ERR_GW_USAGE',
      '--upstream is for documents without a gateway file',
      'Write `upstreams` in the gateway file.',
    );
  }
  return [...new Set(files.map(existing))].map((file) => ({ kind: 'config', file }));
}

/** The absolute path of a file that must be there. */
export function existing(file: string): string {
  const path = resolve(file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new GwError('ERR_GW_FILE_NOT_FOUND', `There is no file ${file}`);
  if (!found.isFile()) throw new GwError('ERR_GW_FILE_UNREADABLE', `${file} is not a file`, 'Name the documents themselves.');
  return path;
}

/**
 * The folder that no document can leave: the repository (the nearest folder with `.git` above the current one) when it holds all files,
 * else the current folder, else the nearest one that holds them.
 */
function rootOf(files: readonly string[]): string {
  const real = files.map((file) => realpathSync(file));
  const holds = (folder: string): boolean => real.every((file) => file.startsWith(folder.endsWith(sep) ? folder : folder + sep));
  const current = realpathSync('.');
  const repository = above(current, (folder) => existsSync(join(folder, '.git')));
  const candidates = [...(repository === undefined ? [] : [repository]), current];
  return candidates.find(holds) ?? above(dirname(real[0] ?? current), holds) ?? current;
}

/** The nearest folder, the given one first, that passes. */
function above(folder: string, passes: (folder: string) => boolean): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (passes(at)) return at;
    if (at === dirname(at)) return undefined;
  }
}

function authOf(mode: string | undefined, runsIssuer: boolean): CompileRequest['auth'] {
  if (mode === 'dev' && !runsIssuer) {
    throw new GwError(
      'ERR_GW_USAGE',
      '--auth dev is for gw serve, which runs the issuer',
      'Use gw serve --auth dev, or bind the schemes.',
    );
  }
  return mode === 'none' || mode === 'dev' ? mode : 'enforced';
}

/** A day of the command line as `YYYY-MM-DD`. */
export function dateOf(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const date = /^\d{4}-\d{2}-\d{2}(?:$|T)/.test(written) ? new Date(written) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw new GwError('ERR_GW_USAGE', `--now ${written} is no date`, 'Write it as 2027-01-31.');
  }
  return date.toISOString().slice(0, 10);
}

/** The value of an option that takes one. */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may be repeated. */
export function textList(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}
