import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from './say.ts';
import { type Certificate, secureContextOptions } from './transport/tls-options.ts';

/** Where certificate (with its chain) and key are, PEM; relative to the folder that the process runs in. */
export interface CertificateFiles {
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

  /** Until when the certificate is valid. */
  get expires(): Date {
    return new X509Certificate(this.#current.cert).validToDate;
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
    if (files.cert === this.#files.cert && files.key === this.#files.key) return;
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

/**
 * Reads a certificate and its key, and sees to it that they can be used together.
 *
 * @throws Error with one line for people
 */
export function readCertificate({ cert, key }: CertificateFiles): Pick<Certificate, 'cert' | 'key'> {
  const certificate = { cert: read('server.tls.cert', cert), key: read('server.tls.key', key) };
  try {
    secureContextOptions(certificate);
  } catch (error) {
    throw new Error(`server.tls: ${cert} and ${key} are no certificate and its key: ${messageOf(error)}`);
  }
  return certificate;
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${name}: ${messageOf(error)}`);
  }
}

function contentOf({ cert, key }: Pick<Certificate, 'cert' | 'key'>): string {
  return `${cert}\0${key}`;
}

/** '' while one of them cannot be read. */
function readContent({ cert, key }: CertificateFiles): string {
  try {
    return contentOf({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
  } catch {
    return '';
  }
}
