import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compiled, type CompileRequest, compile } from '../compile.ts';
import { GwError } from '../errors.ts';
import { printable } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { watchFiles } from './watch.ts';

/** What `serve` leaves to its caller. */
export interface ServeOutput {
  /** Shows what a build found. */
  findings(compiled: Compiled): Promise<void>;
  /** Files of a build, written into the folder the gateway runs from. */
  write(folder: string, compiled: Compiled): void;
  /** One line about what happens. */
  say(line: string): void;
}

/**
 * Builds a gateway, runs it, and builds again whenever a file that was read changes. A build with errors changes nothing: the last good
 * gateway goes on. A running one swaps in place, between two requests.
 *
 * @param onStop is given what ends it: the gateway finishes what is in flight; called again, it ends at once
 * @returns the exit code
 */
export async function serve(request: CompileRequest, output: ServeOutput, onStop: (stop: () => void) => void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-serve-'));
  const session = new Session(request, output, folder);
  const watcher = watchFiles(() => session.changed());
  session.watch = (files) => watcher.follow(files);
  try {
    onStop(() => session.stop());
    return await session.run();
  } finally {
    watcher.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Session {
  readonly #request: CompileRequest;
  readonly #output: ServeOutput;
  readonly #folder: string;
  #gateway: GatewayProcess | undefined;
  /** Bytes that the gateway runs. */
  #running = '';
  #stopping = false;
  /** The build under way, and whether something changed meanwhile. */
  #work: Promise<void> | undefined;
  #again = false;
  readonly #ended = Promise.withResolvers<number>();
  watch: (files: readonly string[]) => void = () => undefined;

  constructor(request: CompileRequest, output: ServeOutput, folder: string) {
    this.#request = request;
    this.#output = output;
    this.#folder = folder;
  }

  /** @throws GwError when the first build cannot be made or run, for a reason other than its documents */
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
    const compiled = await compile(this.#request);
    if (this.#stopping) return;
    const { workspace, bundle } = compiled;
    this.watch(workspace.files.map((file) => join(workspace.root, file)));
    await this.#output.findings(compiled);
    if (bundle === undefined) {
      this.#output.say(this.#keeps());
      return;
    }
    if (bundle.gateway === this.#running || this.#stopping) return;
    this.#output.write(this.#folder, compiled);
    const gateway = this.#gateway;
    const runs = gateway === undefined ? await this.#start(compiled) : await this.#swap(gateway, compiled);
    if (runs) this.#running = bundle.gateway;
  }

  #keeps(): string {
    return this.#gateway === undefined ? 'waiting for a change' : 'the last good gateway goes on';
  }

  async #start({ plan }: Compiled): Promise<true> {
    const gateway = await startGateway(join(this.#folder, 'gateway.mjs'));
    this.#gateway = gateway;
    void gateway.ended.then((code) => {
      if (this.#gateway === gateway) this.#ended.resolve(this.#stopping ? 0 : code);
    });
    this.#output.say(`serving ${gateway.url} (${plural(plan?.routes.length ?? 0, 'route')}), admin ${gateway.admin}`);
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
