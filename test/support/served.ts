/** A running `gw serve` in a folder of its own, before an upstream that echoes. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EchoUpstream, startEcho } from './echo.ts';
import { type TestFolder, testFolder } from './gw.ts';

/** A running `gw serve` and what it has said. */
export class Served {
  readonly #folder: TestFolder;
  readonly #child: ChildProcess;
  readonly #upstream: EchoUpstream;
  #said = '';
  #read = 0;
  #heard: () => void = () => undefined;

  private constructor(folder: TestFolder, child: ChildProcess, upstream: EchoUpstream) {
    this.#folder = folder;
    this.#child = child;
    this.#upstream = upstream;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
        this.#heard();
      });
    }
    child.on('exit', () => this.#heard());
  }

  /**
   * @param args instead of the document and its upstream; gateway files know the upstream as `${UPSTREAM_URL}`
   * @param more variables; PORT '' = what the gateway files say
   */
  static async open(
    files: Readonly<Record<string, string>>,
    args?: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Served> {
    const upstream = await startEcho();
    const folder = testFolder(files);
    const environment = { PORT: '0', HOST: '127.0.0.1', GW_THREADS: '1', UPSTREAM_URL: upstream.url, ...more };
    const all = ['serve', ...(args ?? ['openapi.json', '--upstream', upstream.url])];
    return new Served(folder, folder.startGw(all, environment), upstream);
  }

  write(files: Readonly<Record<string, string>>): void {
    this.#folder.write(files);
  }

  remove(path: string): void {
    rmSync(join(this.#folder.path, path), { recursive: true });
  }

  /** Waits for text that was not heard before and gives what matched. */
  async hears(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#said.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        return found;
      }
      if (this.#child.exitCode !== null) throw new Error(`gw serve ended with ${this.#child.exitCode}:\n${this.#said}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** Runs `gw` to its end, in the same folder. */
  gw(...args: readonly string[]): ReturnType<TestFolder['gw']> {
    return this.#folder.gw(...args);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGTERM');
    await this.#upstream.close();
    this.#folder[Symbol.dispose]();
  }
}
