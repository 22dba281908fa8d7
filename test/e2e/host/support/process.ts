/** Runs `node gateway.mjs` and waits for what it says and does; nothing here sleeps. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EchoUpstream, startEcho } from '../../../support/echo.ts';
import { ADMIN_TOKEN, asAdmin } from '../../../support/gateway.ts';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

/** One line that the process said about itself. */
export type Said = Readonly<Record<string, unknown>> & { readonly msg: string };

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A gateway process in a folder of its own, with an upstream that echoes. Stop it with `stop`. */
export class GatewayRun implements AsyncDisposable {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-host-')));
  readonly file = join(this.#folder, 'gateway.mjs');
  readonly upstream: EchoUpstream;
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Lines of JSON on the standard error. */
  readonly said: Said[] = [];
  stdout = '';
  stderr = '';
  #heard = 0;
  /** Lines of the standard error that were read. */
  #lines = 0;
  #notify: () => void = () => undefined;
  url = '';
  admin = '';

  private constructor(text: string, upstream: EchoUpstream, { env = {}, args = [], node = [] }: RunOptions) {
    this.upstream = upstream;
    this.write(text);
    this.child = spawn(process.execPath, [...node, this.file, ...args], {
      env: {
        PATH: process.env.PATH,
        GW_TRANSPORT: process.env.GW_TRANSPORT,
        PORT: '0',
        HOST: '127.0.0.1',
        GW_ADMIN: '127.0.0.1:0',
        GW_ADMIN_TOKEN: ADMIN_TOKEN,
        GW_THREADS: '2',
        UPSTREAM_URL: upstream.url,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.child);
    this.#ended = once(this.child, 'close').then(() => running.delete(this.child));
    this.child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      this.stdout += piece;
      this.#notify();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (piece: string) => this.#read(piece));
    this.child.once('close', () => this.#notify());
  }

  /** Starts a process and waits until it serves. */
  static async start(text: string, options: RunOptions = {}): Promise<GatewayRun> {
    const run = await GatewayRun.launch(text, options);
    try {
      const { url, admin } = await run.hears('listening');
      run.url = String(url);
      run.admin = String(admin);
      return run;
    } catch (error) {
      await run.stop();
      throw error;
    }
  }

  /** Starts a process. */
  static async launch(text: string, options: RunOptions = {}): Promise<GatewayRun> {
    return new GatewayRun(text, await startEcho(), options);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Replaces the file the process was started from, at once. */
  write(text: string): void {
    writeFileSync(`${this.file}.new`, text);
    renameSync(`${this.file}.new`, this.file);
  }

  #read(piece: string): void {
    this.stderr += piece;
    const complete = this.stderr.slice(0, this.stderr.lastIndexOf('\n') + 1).split('\n');
    for (const line of complete.slice(0, -1).slice(this.#lines)) if (line.startsWith('{')) this.said.push(JSON.parse(line));
    this.#lines = complete.length - 1;
    this.#notify();
  }
  /** Waits for the next line with this `msg`. */
  async hears(msg: string): Promise<Said> {
    return await this.#until(() => {
      const at = this.said.findIndex((line, index) => index >= this.#heard && line.msg === msg);
      if (at === -1) return undefined;
      this.#heard = at + 1;
      return this.said[at];
    }, msg);
  }

  /** Waits for lines of the access log. */
  async logs(count: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return await this.#until(() => {
      const lines = this.stdout.split('\n').slice(0, -1);
      return lines.length < count ? undefined : lines.map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
    }, `${count} lines of the access log`);
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (!running.has(this.child)) throw new Error(`ended with ${this.child.exitCode} before '${what}':\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /** Asks the admin listener. */
  async ask(
    path: string,
    init?: RequestInit,
  ): Promise<{ readonly status: number; readonly json: Readonly<Record<string, unknown>> }> {
    const answer = await fetch(this.admin + path, { ...init, headers: { ...asAdmin, ...init?.headers } });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? {} : JSON.parse(text) };
  }

  /** Asks again and again until the answer is as wanted. */
  async eventually(path: string, wanted: (json: Readonly<Record<string, unknown>>, status: number) => boolean): Promise<void> {
    for (;;) {
      const { json, status } = await this.ask(path);
      if (wanted(json, status)) return;
    }
  }

  async reload(text: string): Promise<{ readonly status: number; readonly json: Readonly<Record<string, unknown>> }> {
    this.write(text);
    return await this.ask('/config/reload', { method: 'POST' });
  }

  /** Waits for the end; everything written was read. */
  async exit(): Promise<number | null> {
    await this.#ended;
    return this.child.exitCode;
  }

  async stop(): Promise<void> {
    if (running.has(this.child)) this.child.kill('SIGKILL');
    await this.#ended;
    await this.upstream.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** One client connection on which requests are sent by hand. */
export class Connection {
  readonly socket: Socket;
  received = '';
  #notify: () => void = () => undefined;
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (piece: string) => {
      this.received += piece;
      this.#notify();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#notify();
    });
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1' });
    const connection = new Connection(socket);
    await once(socket, 'connect');
    return connection;
  }

  send(target: string): void {
    this.received = '';
    this.socket.write(`GET ${target} HTTP/1.1\r\nhost: shop.example\r\n\r\n`);
  }

  /** The whole answer to one request with a `Content-Length`, or what came before the connection was closed. */
  async answer(): Promise<string> {
    for (;;) {
      const [head = '', body] = this.received.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 'NaN');
      if (this.#closed || (body !== undefined && body.length >= length)) return this.received;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  async call(target: string): Promise<string> {
    this.send(target);
    return await this.answer();
  }

  async closed(): Promise<void> {
    while (!this.#closed) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  end(): void {
    this.socket.destroy();
  }
}
