/** A terminal without a window: what a program draws is read back as the lines that a person would see. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import xterm from '@xterm/headless';

export interface TestTerminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** Presses keys, as the bytes that they send. */
  press(bytes: string): void;
  /** Waits until a line matches, and gives all lines without trailing spaces. */
  shows(pattern: RegExp): Promise<readonly string[]>;
  /** Whether the alternate screen is shown, the cursor is hidden, and keys come one by one. */
  state(): { readonly alternate: boolean; readonly raw: boolean };
  readonly size: { readonly columns: number; readonly rows: number };
}

export function testTerminal(columns: number, rows: number): TestTerminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const drawn = new EventEmitter();
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const done = rest.find((one): one is () => void => typeof one === 'function');
    terminal.write(chunk, () => {
      drawn.emit('drawn');
      done?.();
    });
    return true;
  };
  const stdout = Object.assign(new EventEmitter(), { columns, rows, isTTY: true, writable: true, write });
  let raw = false;
  const keys = new PassThrough();
  const stdin = Object.assign(keys, {
    isTTY: true,
    setRawMode(mode: boolean) {
      raw = mode;
      return stdin;
    },
    ref: () => stdin,
    unref: () => stdin,
  });
  const lines = (): readonly string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: rows }, (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '');
  };
  return {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    press: (bytes) => void keys.write(bytes),
    async shows(pattern) {
      while (!lines().some((one) => pattern.test(one)))
        await new Promise<void>((resolve) => void drawn.once('drawn', () => resolve()));
      return lines();
    },
    state: () => ({ alternate: terminal.buffer.active.type === 'alternate', raw }),
    size: { columns, rows },
  };
}
