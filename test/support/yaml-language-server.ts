/** The language server that editors run for YAML (Red Hat), as a process of its own, spoken to over stdio as the protocol says (LSP 3.17). */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../cli/package-root.ts';

export interface EditorDiagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

type Message = Readonly<Record<string, unknown>>;

export class YamlLanguageServer implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #diagnostics = new Map<string, PromiseWithResolvers<readonly EditorDiagnostic[]>>();
  #received = Buffer.alloc(0);
  #next = 1;

  private constructor() {
    const program = join(packageRoot, 'node_modules/yaml-language-server/bin/yaml-language-server');
    this.#process = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdout.on('data', (bytes: Buffer) => this.#hear(bytes));
    this.#process.stderr.resume();
    this.#process.on('exit', () => this.#end());
  }

  /** A server that asks no network for schemas. */
  static async start(): Promise<YamlLanguageServer> {
    const server = new YamlLanguageServer();
    await server.#ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        workspace: { configuration: true },
        textDocument: { completion: { completionItem: { documentationFormat: ['markdown'] } }, publishDiagnostics: {} },
      },
    });
    server.#tell('initialized', {});
    server.#tell('workspace/didChangeConfiguration', { settings: { yaml: settings } });
    return server;
  }

  /** Opens a text and waits for what the server says of it. */
  async diagnose(name: string, text: string): Promise<readonly EditorDiagnostic[]> {
    const uri = uriOf(name);
    const waiting = Promise.withResolvers<readonly EditorDiagnostic[]>();
    this.#diagnostics.set(uri, waiting);
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return await waiting.promise;
  }

  /** Words that the server offers at a place of an open text; lines and characters start at 0. */
  async complete(name: string, line: number, character: number): Promise<readonly string[]> {
    const result = await this.#ask('textDocument/completion', {
      textDocument: { uri: uriOf(name) },
      position: { line, character },
    });
    const items: unknown = Array.isArray(result) ? result : Object(result).items;
    return Array.isArray(items) ? items.map((item) => String(Object(item).label)) : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  #end(): void {
    const error = new Error('the language server has ended');
    for (const { reject } of [...this.#answers.values(), ...this.#diagnostics.values()]) reject(error);
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    const waiting = Promise.withResolvers<unknown>();
    this.#answers.set(id, waiting);
    this.#send({ id, method, params });
    return waiting.promise;
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#process.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  #hear(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, end))?.[1]);
      if (end === -1 || this.#received.length < end + 4 + length) return;
      const message: Message = JSON.parse(this.#received.toString('utf8', end + 4, end + 4 + length));
      this.#received = this.#received.subarray(end + 4 + length);
      this.#take(message);
    }
  }

  #take({ id, method, params, result }: Message): void {
    if (method === undefined) {
      this.#answers.get(Number(id))?.resolve(result);
      return;
    }
    const { items, uri, diagnostics } = Object(params);
    if (method === 'textDocument/publishDiagnostics') this.#diagnostics.get(String(uri))?.resolve(diagnostics);
    if (id === undefined) return;
    const asked: unknown = method === 'workspace/configuration' && Array.isArray(items) ? items.map(sectionOf) : null;
    this.#send({ id, result: asked });
  }
}

const settings = {
  validate: true,
  completion: true,
  hover: true,
  schemaStore: { enable: false },
  kubernetesCRDStore: { enable: false },
};

function sectionOf(item: unknown): unknown {
  return Object(item).section === 'yaml' ? settings : {};
}

function uriOf(name: string): string {
  return pathToFileURL(join('/gw-editor', name)).href;
}
