import { afterEach, describe, expect, it } from 'vitest';
import { ServeModel } from '../../../cli/ui/serve-model.ts';
import { openServeScreen, type Screen } from '../../../cli/ui/serve-screen.ts';
import { planned } from '../../support/planned.ts';
import { type TestTerminal, testTerminal } from '../../support/terminal.ts';

const fine = { responses: { 200: { description: 'Fine' } } };
const checked = () =>
  planned(
    {
      'openapi.json': {
        openapi: '3.1.0',
        info: { title: 'T', version: '1' },
        paths: {
          '/orders/{id}': {
            get: { operationId: 'getOrder', parameters: [{ name: 'id', in: 'path', required: true, schema: {} }], ...fine },
          },
          '/products': { get: fine },
        },
      },
    },
    { upstream: 'http://127.0.0.1:9' },
  );

const request = (path: string, status = 200, operation = 'getOrder'): string =>
  JSON.stringify({
    ts: '2026-11-23T10:00:00.000Z',
    msg: 'request',
    method: 'GET',
    path,
    status,
    duration_ms: 1.234,
    operation,
    upstream: 'upstream',
  });

describe('the screen of gw serve', () => {
  let screen: Screen;
  let terminal: TestTerminal;
  let model: ServeModel;
  let quits = 0;
  afterEach(() => screen.close());

  function open(columns: number, rows = 24): void {
    terminal = testTerminal(columns, rows);
    model = new ServeModel(['']);
    quits = 0;
    screen = openServeScreen({
      model,
      color: true,
      quit: () => void quits++,
      explain: async ({ method, path }) => [`${method} ${path}`, 'x'.repeat(columns)],
      stdout: terminal.stdout,
      stdin: terminal.stdin,
    });
    model.built(0, checked(), () => 'upstream');
    model.serving(0, 'http://127.0.0.1:8080');
  }

  it.each([80, 160])('shows routes, requests and findings at %d columns', async (columns) => {
    open(columns);
    await terminal.shows(/ gw serve {2}http:\/\/127\.0\.0\.1:8080 {2}2 routes {2}● serving/);
    model.hear(0, request('/orders/1'));
    model.hear(0, request('/orders/2', 503));
    const lines = await terminal.shows(/GET {5}503 {3}1\.23 ms {2}\/orders\/2/);
    expect(lines.filter((one) => [...one].length > columns)).toEqual([]);
    expect(lines.some((one) => / GET {6}\/orders\/\{id\} .*→ upstream .* 2 *(?:│|$)/.test(one))).toBe(true);
    expect(lines.findIndex((one) => one.includes('/orders/2'))).toBeLessThan(
      lines.findIndex((one) => one.includes('/orders/1 ')),
    );
    const finding = {
      rule: 'spec/structure',
      severity: 'error',
      fingerprint: 'f',
      message: 'Broken\u001b[2J',
      hint: '',
      at: { file: 'a.yaml', line: 3, column: 1, endLine: 3, endColumn: 2 },
      related: [],
    } as const;
    model.built(0, { ...checked(), diagnostics: [finding], failed: true }, () => '');
    model.say(0, 'the last good gateway goes on');
    await terminal.shows(/● 1 error, the last good one runs/);
    await terminal.shows(/ a\.yaml:3:1 {2}error {2}Broken\\u001b\[2J {2}spec\/structure/);
  });

  it('filters, explains, helps and quits by keys', async () => {
    open(80);
    model.hear(0, request('/orders/1'));
    model.hear(0, request('/none', 404, ''));
    await terminal.shows(/Requests 2/);
    terminal.press('/');
    await terminal.shows(/enter keeps it/);
    terminal.press('404');
    const lines = await terminal.shows(/Requests 1 of 2/);
    expect(lines.some((one) => one.includes('/orders/1 '))).toBe(false);
    terminal.press('\r');
    await terminal.shows(/filter: 404/);
    terminal.press('e');
    await terminal.shows(/ GET \/none/);
    await terminal.shows(/^ {5}xx/);
    terminal.press('e');
    await terminal.shows(/Requests 1 of 2/);
    terminal.press('?');
    await terminal.shows(/any key goes back/);
    terminal.press('x');
    await terminal.shows(/Requests 1 of 2/);
    terminal.press('q');
    terminal.press('\u0003');
    while (quits < 2) await new Promise<void>((resolve) => setImmediate(resolve));
  });

  it('gives the terminal back as it was', async () => {
    open(80);
    await terminal.shows(/gw serve/);
    expect(terminal.state()).toEqual({ alternate: true, raw: true });
    await screen.close();
    expect(terminal.state()).toEqual({ alternate: false, raw: false });
  });
});
