import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** Types of frames (RFC 9113 §6). */
export const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, push: 5, ping: 6, goaway: 7, continuation: 9 } as const;
export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;
const ACK = 0x1;
const HEAD = 9;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Names and values in turn as literals that nobody remembers (RFC 7541 §6.2.2), byte for byte as they are, latin1. */
export function fields(pairs: readonly string[]): Buffer {
  const pieces: Buffer[] = [];
  pairs.forEach((text, index) => {
    const bytes = Buffer.from(text, 'latin1');
    if (index % 2 === 0) pieces.push(Buffer.from([0]));
    pieces.push(length(bytes.length), bytes);
  });
  return Buffer.concat(pieces);
}

/** An integer with a prefix of seven bits (RFC 7541 §5.1). */
function length(value: number): Buffer {
  if (value < 0x7f) return Buffer.from([value]);
  const bytes = [0x7f];
  let rest = value - 0x7f;
  for (; rest >= 0x80; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** The status in a head of node:http2, which writes it first: indexed (RFC 7541 A), or a literal. */
function statusOf(payload: Buffer): string {
  const [first = 0] = payload;
  const indexed = { 136: '200', 137: '204', 140: '400', 141: '404', 142: '500' }[first];
  if (indexed !== undefined) return indexed;
  const coded = payload.subarray(2, 2 + ((payload[1] ?? 0) & 0x7f));
  return ((payload[1] ?? 0) & 0x80) === 0 ? coded.toString('latin1') : digits(coded);
}

/** Digits in the code of RFC 7541 B: 0, 1, 2 have five bits, the others six. */
function digits(coded: Uint8Array): string {
  let bits = '';
  for (const byte of coded) bits += byte.toString(2).padStart(8, '0');
  let text = '';
  for (let at = 0; at + 5 <= bits.length; ) {
    const short = Number.parseInt(bits.slice(at, at + 5), 2);
    if (short < 3) {
      text += String(short);
      at += 5;
    } else {
      const long = Number.parseInt(bits.slice(at, at + 6), 2) - 0x19 + 3;
      if (long < 3 || long > 9) break;
      text += String(long);
      at += 6;
    }
  }
  return text;
}

/** A client that sends frames as they are, and reads as much of the answers as tests ask for. */
export class FrameClient {
  readonly #socket: TLSSocket;
  #unread: Buffer = Buffer.alloc(0);
  #notify: () => void = () => undefined;
  /** The first that was said about a stream. */
  readonly #told = new Map<number, string>();
  readonly #settings = new Map<number, number>();
  /** Codes of the ends that were announced. */
  readonly goaways: number[] = [];
  closed = false;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => {
      this.closed = true;
      this.#notify();
    });
  }

  /** A connection that has said hello. */
  static async open(port: number): Promise<FrameClient> {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const client = new FrameClient(socket);
    await once(socket, 'secureConnect');
    client.send(Buffer.concat([Buffer.from(PREFACE), frame(TYPE.settings, 0, 0, Buffer.alloc(0))]));
    return client;
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Ends its side of the connection, and says nothing. */
  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** What is said first about a stream: `status n`, `reset code`, or `goaway code` or `closed` for the connection. */
  async told(stream: number): Promise<string> {
    return await this.#until(() => {
      const [end] = this.goaways;
      return this.#told.get(stream) ?? (end === undefined ? undefined : `goaway ${end}`);
    });
  }

  /** A setting of the gateway (RFC 9113 §6.5.2). */
  async setting(id: number): Promise<number | string> {
    return await this.#until(() => this.#settings.get(id));
  }

  /** Waits until the gateway has closed the connection. */
  async ended(): Promise<void> {
    await this.#until(() => undefined);
  }

  async #until<T>(look: () => T | undefined): Promise<T | 'closed'> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.closed) return 'closed';
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= HEAD) {
      const end = HEAD + this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < end) break;
      const payload = this.#unread.subarray(HEAD, end);
      this.#frame(this.#unread[3] ?? 0, this.#unread[4] ?? 0, this.#unread.readUInt32BE(5), payload);
      this.#unread = this.#unread.subarray(end);
    }
    this.#notify();
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === TYPE.goaway) this.goaways.push(payload.readUInt32BE(4));
    if (type === TYPE.headers && !this.#told.has(stream)) this.#told.set(stream, `status ${statusOf(payload)}`);
    if (type === TYPE.reset && !this.#told.has(stream)) this.#told.set(stream, `reset ${payload.readUInt32BE(0)}`);
    if (type !== TYPE.settings || (flags & ACK) !== 0) return;
    for (let at = 0; at + 6 <= payload.length; at += 6)
      this.#settings.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
  }
}
