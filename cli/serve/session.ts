import { join } from 'node:path';
import { type Compiled, type CompileRequest, compile } from '../compile.ts';
import { GwError } from '../errors.ts';
import { printable } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { type GatewayProcess, type HearLine, startGateway } from './gateway-process.ts';
import type { Followed } from './watch.ts';

/** Where a gateway answers. */
export interface Serving {
  readonly url: string;
  readonly admin: string;
}

/** What the life of one gateway leaves to others. */
export interface SessionOutput {
  /** A build begins. */
  building(): void;
  /** Shows what a build found. */
  built(compiled: Compiled): Promise<void>;
  /** Files of a build, written into the folder the gateway runs from. */
  write(folder: string, compiled: Compiled): void;
  /** It answers, for the first time or at another place. */
  serving(serving: Serving, compiled: Compiled): void;
  /** One line about what happens. */
  say(line: string): void;
  readonly hear: HearLine;
}

/** What a session needs besides. */
export interface SessionOptions {
  /** Where its files go; it is there and belongs to the session. */
  readonly folder: string;
  /** Variables for the process of this build, besides our own. */
  environment(compiled: Compiled): Readonly<Record<string, string>>;
  /** Told after each build what it has read. */
  follow(followed: Followed): void;
}

/** One gateway: built, run, and built again whenever something changed. A build with errors changes nothing. */
export class Session {
  readonly #request: CompileRequest;
  readonly #output: SessionOutput;
  readonly #options: SessionOptions;
  #gateway: GatewayProcess | undefined;
  /** Bytes that the gateway runs. */
  #running = '';
  #stopping = false;
  /** The build under way, and whether something changed meanwhile. */
  #work: Promise<void> | undefined;
  #again = false;
  readonly #ended = Promise.withResolvers<number>();

  constructor(request: CompileRequest, output: SessionOutput, options: SessionOptions) {
    this.#request = request;
    this.#output = output;
    this.#options = options;
  }

  /**
   * @returns the exit code, once it has ended
   * @throws GwError when the first build cannot be made or run, for a reason other than its documents
   */
  async run(): Promise<number> {
    this.#work = this.#build().finally(() => this.#next());
    await this.#work;
    return await this.#ended.promise;
  }

  /** The first time drains, the second time ends at once. */
  stop(): void {
    this.#stopping = true;
    if (this.#gateway === undefined) this.#ended.resolve(0);
    else this.#gateway.drain();
  }

  /** Builds again, once the build under way is done. */
  changed(): void {
    if (this.#stopping) return;
    if (this.#work !== undefined) {
      this.#again = true;
      return;
    }
    this.#work = this.#build()
      .catch((error: unknown) => {
        if (error instanceof GwError) this.#output.say(`${printable(error.message)}; ${this.#keeps()}`);
        else this.#ended.reject(error);
      })
      .finally(() => this.#next());
  }

  /** Builds again when something changed during the build that is done. */
  #next(): void {
    this.#work = undefined;
    if (!this.#again) return;
    this.#again = false;
    this.changed();
  }

  async #build(): Promise<void> {
    const since = Date.now();
    this.#output.building();
    const compiled = await compile(this.#request);
    if (this.#stopping) return;
    const { workspace, bundle } = compiled;
    const { root } = workspace;
    const absolute = (path: string): string => join(root, path);
    this.#options.follow({ root, files: workspace.files.map(absolute), folders: workspace.folders.map(absolute), since });
    await this.#output.built(compiled);
    if (bundle === undefined) {
      this.#output.say(this.#keeps());
      return;
    }
    if (bundle.gateway === this.#running || this.#stopping) return;
    this.#output.write(this.#options.folder, compiled);
    const gateway = this.#gateway;
    const runs = gateway === undefined ? await this.#start(compiled) : await this.#swap(gateway, compiled);
    if (runs) this.#running = bundle.gateway;
  }

  #keeps(): string {
    return this.#gateway === undefined ? 'waiting for a change' : 'the last good gateway goes on';
  }

  async #start(compiled: Compiled): Promise<true> {
    const { folder, environment } = this.#options;
    const gateway = await startGateway(join(folder, 'gateway.mjs'), environment(compiled), this.#output.hear);
    this.#gateway = gateway;
    void gateway.ended.then((code) => {
      if (this.#gateway !== gateway) return;
      if (!this.#stopping) this.#output.say(`the gateway has ended with ${code}`);
      this.#ended.resolve(this.#stopping ? 0 : code);
    });
    this.#output.serving(gateway, compiled);
    if (this.#stopping) gateway.drain();
    return true;
  }

  /** @returns whether the gateway runs the new build */
  async #swap(gateway: GatewayProcess, compiled: Compiled): Promise<boolean> {
    const result = await gateway.reload();
    if (result === 'swapped') {
      this.#output.say(`reloaded (${plural(compiled.plan?.routes.length ?? 0, 'route')})`);
      return true;
    }
    if (result !== 'restart') {
      this.#output.say(`the gateway refused the new build: ${printable(result.failed)}; ${this.#keeps()}`);
      return false;
    }
    this.#output.say('a running gateway cannot take this change: starting again');
    this.#gateway = undefined;
    gateway.drain();
    await gateway.ended;
    return !this.#stopping && (await this.#start(compiled));
  }
}
