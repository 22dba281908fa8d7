import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from './say.ts';
import { type Certificate, secureContextOptions } from './transport/tls-options.ts';

/** Where certificate (with its chain) and key are, PEM; relative to the folder that the process runs in. */
export interface CertificateFiles extends Pair {
  /** For clients that ask for other names. */
  readonly others?: readonly (Pair & { readonly hosts: readonly string[] })[];
  readonly closeUnknown?: boolean;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** How often the files are looked at. What has changed is taken once it has been the same twice: files are replaced one after another. */
const LOOK_MS = 2_000;
/** TL-1. */
const TICKETS_MS = 12 * 3_600_000;
const TICKET_BYTES = 48;

/**
 * The certificate of a process, in its main thread: read at the start, again when it is told to, and whenever its files have changed. One
 * that cannot be used never replaces one that can (TL-1).
 */
export class Certificates {
  readonly #changed: (certificate: Certificate) => void;
  readonly #say: (kept: string | undefined, certificate: Certificate) => void;
  #files: CertificateFiles;
  #current: Certificate;
  /** What the files held when they were last looked at. */
  #seen: string;
  /** What was last tried. */
  #tried: string;
  readonly #timers: NodeJS.Timeout[] = [];

  /**
   * @param changed is given every certificate that replaces another
   * @param say is told of each attempt at a new one: why the old one is kept, or undefined
   * @throws Error with one line for people when the files cannot be used
   */
  constructor(
    files: CertificateFiles,
    changed: (certificate: Certificate) => void,
    say: (kept: string | undefined, certificate: Certificate) => void,
  ) {
    this.#files = files;
    this.#changed = changed;
    this.#say = say;
    this.#current = { ...readCertificate(files), ticketKeys: randomBytes(TICKET_BYTES) };
    this.#seen = contentOf(this.#current);
    this.#tried = this.#seen;
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Until when each certificate is valid, the one of all other names with ''. */
  get expires(): readonly (readonly [host: string, until: Date])[] {
    const { cert, others = [] } = this.#current;
    const until = (text: string): Date => new X509Certificate(text).validToDate;
    return [['', until(cert)], ...others.map((other): [string, Date] => [other.hosts.join(','), until(other.cert)])];
  }

  /** Looks at the files from time to time, and changes the keys of session tickets. The process may end meanwhile. */
  watch(lookMs: number = LOOK_MS): void {
    this.#timers.push(
      setInterval(() => this.#look(), lookMs).unref(),
      setInterval(() => this.#replace({ ...this.#current, ticketKeys: randomBytes(TICKET_BYTES) }), TICKETS_MS).unref(),
    );
  }

  unwatch(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  /** Reads the files now. Does nothing when they hold what they held. */
  reload(): void {
    this.#try(readContent(this.#files));
  }

  /** Reads these files from now on. Does nothing when they are the ones that were read before. */
  use(files: CertificateFiles): void {
    if (JSON.stringify(files) === JSON.stringify(this.#files)) return;
    this.#files = files;
    this.reload();
  }

  #look(): void {
    const content = readContent(this.#files);
    const settled = content === this.#seen;
    this.#seen = content;
    if (settled && content !== this.#tried) this.#try(content);
  }

  #try(content: string): void {
    if (content === contentOf(this.#current)) {
      this.#tried = content;
      return;
    }
    this.#tried = content;
    try {
      this.#replace({ ...this.#current, ...readCertificate(this.#files) });
      this.#say(undefined, this.#current);
    } catch (error) {
      this.#say(messageOf(error), this.#current);
    }
  }

  #replace(certificate: Certificate): void {
    this.#current = certificate;
    this.#changed(certificate);
  }
}

/** What the files say, without the keys of tickets. */
type Shown = Omit<Certificate, 'ticketKeys'>;

/**
 * Reads certificates and their keys, and sees to it that they can be used together.
 *
 * @throws Error with one line for people
 */
export function readCertificate(files: CertificateFiles): Shown {
  const { others = [], closeUnknown = false } = files;
  return {
    ...readPair('server.tls', files),
    others: others.map((other, index) => ({ hosts: other.hosts, ...readPair(`server.tls.others[${index}]`, other) })),
    closeUnknown,
  };
}

function readPair(name: string, { cert, key }: Pair): Pair {
  const pair = { cert: read(`${name}.cert`, cert), key: read(`${name}.key`, key) };
  try {
    secureContextOptions(pair);
  } catch (error) {
    throw new Error(`${name}: ${cert} and ${key} are no certificate and its key: ${messageOf(error)}`);
  }
  return pair;
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${name}: ${messageOf(error)}`);
  }
}

function contentOf({ cert, key, others, closeUnknown }: Shown): string {
  return JSON.stringify([cert, key, others, closeUnknown]);
}

/** '' while one of them cannot be read. */
function readContent(files: CertificateFiles): string {
  const { others = [], closeUnknown = false } = files;
  const pair = ({ cert, key }: Pair): Pair => ({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
  try {
    return contentOf({
      ...pair(files),
      others: others.map((other) => ({ hosts: other.hosts, ...pair(other) })),
      closeUnknown,
    });
  } catch {
    return '';
  }
}
