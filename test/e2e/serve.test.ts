import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type EchoUpstream, startEcho } from '../support/echo.ts';
import { type TestFolder, testFolder } from '../support/gw.ts';

const document = (...paths: readonly string[]): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Served', version: '1' },
    paths: Object.fromEntries(paths.map((path) => [path, { get: { responses: { 200: { description: 'ok' } } } }])),
  });

/** A running `gw serve` and what it has said. */
class Served {
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

  static async open(files: Readonly<Record<string, string>>): Promise<Served> {
    const upstream = await startEcho();
    const folder = testFolder(files);
    const args = ['serve', 'openapi.json', '--upstream', upstream.url];
    return new Served(folder, folder.startGw(args, { PORT: '0', HOST: '127.0.0.1', GW_THREADS: '1' }), upstream);
  }

  write(files: Readonly<Record<string, string>>): void {
    this.#folder.write(files);
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

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGTERM');
    await this.#upstream.close();
    this.#folder[Symbol.dispose]();
  }
}

describe('gw serve', () => {
  let served: Served;
  afterEach(() => served.close());

  it('follows saves, keeps the last good gateway, and drains', async () => {
    served = await Served.open({ 'openapi.json': document('/one') });
    const [, url = ''] = await served.hears(/serving (http:\S+) \(1 route\)/);
    const status = async (path: string): Promise<number> => (await fetch(url + path)).status;
    expect([await status('/one'), await status('/two')]).toEqual([200, 404]);

    served.write({ 'openapi.json': document('/one', '/two') });
    await served.hears(/reloaded \(2 routes\)/);
    expect([await status('/one'), await status('/two')]).toEqual([200, 200]);

    served.write({ 'openapi.json': document('/one').replace('"get"', '"gets"') });
    await served.hears(/openapi\.json:1:\d+ {2}error[\s\S]*the last good gateway goes on/);
    expect(await status('/two')).toBe(200);

    served.write({ 'openapi.json': document('/three') });
    await served.hears(/reloaded \(1 route\)/);
    expect([await status('/two'), await status('/three')]).toEqual([404, 200]);
    expect(await served.end('SIGINT')).toBe(0);
  });

  it('drops no request while it reloads', async () => {
    served = await Served.open({ 'openapi.json': document('/one') });
    const [, url = ''] = await served.hears(/serving (http:\S+) /);
    let calling = true;
    const failures: unknown[] = [];
    const callers = Array.from({ length: 4 }, async () => {
      while (calling) {
        const answer = await fetch(`${url}/one`).catch((error: unknown) => error);
        if (!(answer instanceof Response) || answer.status !== 200) failures.push(answer);
        else await answer.arrayBuffer();
      }
    });
    for (let reload = 0; reload < 5; reload++) {
      served.write({ 'openapi.json': document('/one', `/more-${reload}`) });
      await served.hears(/reloaded/);
    }
    calling = false;
    await Promise.all(callers);
    expect(failures).toEqual([]);
  });

  it('waits for a change when the first build fails', async () => {
    served = await Served.open({ 'openapi.json': 'openapi: 2.0' });
    await served.hears(/waiting for a change/);
    served.write({ 'openapi.json': document('/one') });
    await served.hears(/serving http/);
  });
});
