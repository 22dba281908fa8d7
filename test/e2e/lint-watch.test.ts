import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestFolder, testFolder } from '../support/gw.ts';

const document = (status: string): string => `openapi: 3.1.0
info: { title: t, version: '1.0.0' }
servers: [{ url: /v1 }]
security: []
x-gateway: { owner: team, public: open data, upstream: { url: 'http://10.0.0.1' } }
paths:
  /a:
    get:
      operationId: getA
      responses: { '${status}': { $ref: 'shared.yaml#/Fine' } }
`;
const shared = (more = ''): string => `Fine: { description: fine${more} }\n`;

/** A running `gw lint --watch`. */
class Watching {
  readonly #child: ChildProcess;
  /** What each stream said and nobody waited for yet: two streams come in no order. */
  readonly #unheard = new Map<unknown, string>();
  #heard: () => void = () => undefined;
  said = '';

  constructor(folder: TestFolder, ...args: readonly string[]) {
    this.#child = folder.startGw(['lint', '--watch', '--format', 'compact', ...args], { CI: '1' });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
        this.#unheard.set(stream, (this.#unheard.get(stream) ?? '') + text);
        this.#heard();
      });
    }
    this.#child.on('exit', () => this.#heard());
  }

  /** Waits for a text, and forgets what its stream said up to it. */
  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      for (const [stream, text] of this.#unheard) {
        const match = pattern.exec(text);
        if (match === null) continue;
        this.#unheard.set(stream, text.slice(match.index + match[0].length));
        return match[0];
      }
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.said}`);
      const heard = Promise.withResolvers<void>();
      this.#heard = heard.resolve;
      await heard.promise;
    }
  }

  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
    return this.#child.exitCode;
  }
}

let watching: Watching | undefined;
afterEach(async () => {
  await watching?.end('SIGKILL');
});

describe('L18: gw lint --watch', () => {
  it('lints again when a document changes, or what it refers to; reads only what changed', async () => {
    using folder = testFolder({ 'a.yaml': document('200'), 'shared.yaml': shared() });
    watching = new Watching(folder, 'a.yaml');
    await watching.hears(/watching 2 files/);
    expect(watching.said).not.toContain('spec/status-code');
    folder.write({ 'a.yaml': document('2xx') });
    await watching.hears(/1 file read again, linted in \d+ ms\n/);
    await watching.hears(/a\.yaml:10:\d+: warn spec\/status-code/);
    folder.write({ 'shared.yaml': shared(', descripton: x') });
    await watching.hears(/1 file read again/);
    await watching.hears(/shared\.yaml:1:\d+: error spec\/structure/);
    folder.write({ 'a.yaml': 'openapi: [' });
    await watching.hears(/a\.yaml:\d+:\d+: error spec\/parse/);
    folder.write({ 'a.yaml': document('200'), 'shared.yaml': shared() });
    await watching.hears(/No findings in 1 document|\d notes? in 1 document|warnings? in 1 document/);
    expect(await watching.end()).toBe(0);
  });

  it('leaves gateways alone that did not read the file, follows new documents, and waits out what cannot be linted', async () => {
    const gateway = (name: string) => `name: ${name}\nspecs: ["${name}/*.yaml"]\nteams: { team: { may: [upstream-url] } }\n`;
    using folder = testFolder({
      'one.yaml': gateway('one'),
      'two.yaml': gateway('two'),
      'one/a.yaml': document('200').replace('shared.yaml', '../shared.yaml'),
      'two/a.yaml': document('200').replace('shared.yaml', '../shared.yaml'),
      'shared.yaml': shared(),
    });
    watching = new Watching(folder, '-c', 'one.yaml', '-c', 'two.yaml');
    await watching.hears(/watching 5 files/);
    folder.write({ 'one/a.yaml': document('2xx').replace('shared.yaml', '../shared.yaml') });
    await watching.hears(/1 file read again/);
    await watching.hears(/one\/a\.yaml:10:\d+: warn spec\/status-code/);
    await watching.hears(/watching 5 files/);
    folder.write({
      'two/b.yaml': document('4xx').replaceAll('/a:', '/b:').replace('getA', 'getB').replace('shared.yaml', '../shared.yaml'),
    });
    await watching.hears(/two\/b\.yaml:10:\d+: warn spec\/status-code/);
    await watching.hears(/watching 6 files/);
    folder.write({ 'two.yaml': 'name: two\nspecs: ["two/*.yaml"]\nlint: { rules: { spec/nothing: warn } }\n' });
    await watching.hears(/There is no rule 'spec\/nothing'/);
    folder.write({ 'two.yaml': gateway('two') });
    folder.write({
      'two/b.yaml': document('200').replaceAll('/a:', '/b:').replace('getA', 'getB').replace('shared.yaml', '../shared.yaml'),
    });
    await watching.hears(/read again/);
    await watching.hears(/in 3 documents/);
    // In platform mode nothing limits these routes, which is an error.
    expect(await watching.end()).toBe(1);
  });
});
