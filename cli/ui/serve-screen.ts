import { render, useInput, useWindowSize } from 'ink';
import { createElement, type ReactElement, useState, useSyncExternalStore } from 'react';
import { drawLines } from './draw-lines.ts';
import { chosen, filtered, firstView, press, requestText, type ServeView } from './serve-keys.ts';
import { serveLines } from './serve-lines.ts';
import type { RequestView, ServeModel } from './serve-model.ts';

export interface ServeScreenOptions {
  readonly model: ServeModel;
  readonly color: boolean;
  /** `q` and Ctrl-C. */
  quit(): void;
  /** What happens to a request, in lines. */
  explain(request: RequestView): Promise<readonly string[]>;
  /** Where it is drawn and read from; the process's own unless given. */
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
}

/** A screen that is drawn. */
export interface Screen {
  /** Gives the terminal back as it was. */
  close(): Promise<void>;
}

/** Opens the screen of `gw serve` on the alternate screen of the terminal. */
export function openServeScreen(options: ServeScreenOptions): Screen {
  const { model, stdout, stdin } = options;
  const app = render(createElement(ServeScreen, options), {
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
    ...(stdout === undefined ? {} : { stdout, interactive: true }),
    ...(stdin === undefined ? {} : { stdin }),
  });
  return {
    async close() {
      model.close();
      app.unmount();
      await app.waitUntilExit();
    },
  };
}

function ServeScreen({ model, color, quit, explain }: ServeScreenOptions): ReactElement {
  const state = useSyncExternalStore(model.subscribe, model.state);
  const [view, setView] = useState<ServeView>(firstView);
  const { columns, rows } = useWindowSize();
  useInput((input, key) => {
    const requests = filtered(state.requests, view.filter, requestText);
    const { view: next, effect } = press(view, input, key, requests);
    setView(next);
    if (effect === 'quit') quit();
    const request = effect === 'explain' ? chosen(next, requests) : undefined;
    if (request === undefined) return;
    setView({ ...next, mode: 'explain', explained: ['…'], scroll: 0 });
    void explain(request)
      .catch((error: unknown) => [error instanceof Error ? error.message : String(error)])
      .then((explained) => setView((now) => (now.mode === 'explain' ? { ...now, explained } : now)));
  });
  // A frame as high as the terminal would scroll it.
  return drawLines(serveLines(state, view, columns, rows - 1), color);
}
