import { columnsOf, startOf } from '../report/columns.ts';
import { printable } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { placeText } from '../report/pretty.ts';
import { beside, block, cell, fitLine, heading, type Line, line, type Segment, type Tone } from './lines.ts';
import { chosen, filtered, requestText, type ServeView } from './serve-keys.ts';
import type { GatewayView, RequestView, RouteView, ServeState } from './serve-model.ts';

/** From so many columns on routes and requests stand side by side. */
const WIDE = 120;

/** The whole screen of `gw serve`: exactly `rows` lines of `columns`. */
export function serveLines(state: ServeState, view: ServeView, columns: number, rows: number): readonly Line[] {
  const top = [...state.gateways.map(header), ...(state.warning === '' ? [] : [line(` ${state.warning}`, 'warn')])];
  const head = block(top, columns, Math.min(top.length, Math.max(1, rows - 6)));
  const height = Math.max(0, rows - head.length - 1);
  return [...head, ...body(state, view, columns, height), fitLine(footer(state, view), columns)];
}

function header({ label, phase, url, routes, findings, note }: GatewayView): Line {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const { text, tone } = phase === 'failed' && note !== 'building' ? failure(errors, url) : progress(note);
  return [
    { text: ` gw serve ${label}`, tone: 'strong' },
    { text: ` ${url ?? 'not running yet'} `, tone: 'accent' },
    { text: ` ${plural(routes.length, 'route')}  ` },
    { text: `● ${text}`, tone },
  ];
}

type Mark = { readonly text: string; readonly tone: Tone };

function failure(errors: number, url: string | undefined): Mark {
  return {
    text: `${plural(errors, 'error')}, ${url === undefined ? 'waiting for a change' : 'the last good one runs'}`,
    tone: 'bad',
  };
}

function progress(note: string): Mark {
  return { text: note, tone: /^(?:serving|up to date|reloaded)/.test(note) ? 'good' : 'warn' };
}

function body(state: ServeState, view: ServeView, columns: number, height: number): readonly Line[] {
  if (view.mode === 'help') return block(HELP, columns, height);
  if (view.mode === 'explain') {
    const lines = view.explained.slice(view.scroll).flatMap((text) => wrapped(text, columns - 2));
    return block([heading('What happens to it', columns), ...lines], columns, height);
  }
  const findings = findingLines(state, columns);
  const below = findings.length === 0 ? 0 : Math.min(findings.length, Math.max(3, Math.floor(height / 3)));
  const rest = height - below;
  const routes = state.gateways.flatMap((gateway, index) => gateway.routes.map((route) => ({ route, index })));
  const several = state.gateways.length > 1;
  const routeList = filtered(
    routes,
    view.filter,
    ({ route }) => `${route.method} ${route.template} ${route.to} ${route.id} ${route.owner}`,
  );
  const longest = routes.reduce((most, { route }) => Math.max(most, columnsOf(route.to) + 2), 8);
  const routeLine =
    (width: number) =>
    (one: (typeof routes)[number]): Line =>
      lineOfRoute(one.route, state.hits.get(`${one.index} ${one.route.id}`) ?? 0, width, longest);
  const requests = filtered(state.requests, view.filter, requestText);
  const panel = (title: string, items: readonly Line[], width: number, lines: number): readonly Line[] =>
    block([heading(title, width), ...items], width, lines);
  const routeTitle = `Routes ${routeList.length}${several ? ` of ${plural(state.gateways.length, 'gateway')}` : ''}`;
  const requestTitle = `Requests ${view.filter === '' ? state.total : `${requests.length} of ${state.total}`}`;
  const left = columns >= WIDE ? Math.min(70, Math.floor(columns * 0.42)) : columns;
  const routeLines = routeList.map(routeLine(left));
  if (columns >= WIDE) {
    const right = columns - left - 3;
    const shown = requestLines(requests, view, right, rest - 1);
    return [
      ...beside(panel(routeTitle, cut(routeLines, rest - 1), left, rest), panel(requestTitle, shown, right, rest)),
      ...block(findings, columns, below),
    ];
  }
  const upper = Math.min(routeLines.length + 1, Math.max(3, Math.floor(rest * 0.4)));
  const lower = Math.max(0, rest - upper);
  return [
    ...panel(routeTitle, cut(routeLines, upper - 1), columns, upper),
    ...panel(requestTitle, requestLines(requests, view, columns, lower - 1), columns, lower),
    ...block(findings, columns, below),
  ];
}

/** A long line goes on below, indented. */
function wrapped(text: string, width: number): readonly Line[] {
  const lines: Line[] = [];
  for (let rest = text, indent = ''; rest !== '' || lines.length === 0; indent = '    ') {
    const room = Math.max(2, width - indent.length);
    const start = startOf(rest, room);
    lines.push(line(` ${indent}${start}`));
    rest = rest.slice(start.length);
  }
  return lines;
}

/** As many as there is room for; the last line says how many are not shown. */
function cut(lines: readonly Line[], room: number): readonly Line[] {
  if (lines.length <= room || room < 1) return lines;
  return [...lines.slice(0, room - 1), line(`   … and ${lines.length - room + 1} more; / to filter`, 'dim')];
}

/** @param longest columns of the longest target: the others leave their room to paths */
function lineOfRoute({ method, template, to }: RouteView, hits: number, width: number, longest: number): Line {
  const count = hits === 0 ? '' : String(hits);
  const target = Math.min(24, longest, Math.max(8, Math.floor(width * 0.25)));
  const path = Math.max(8, width - 10 - target - 8);
  return [
    { text: ` ${cell(printable(method), 8)}`, tone: 'accent' },
    { text: ` ${cell(printable(template), path)}` },
    { text: ` ${cell(`→ ${printable(to)}`, target)}`, tone: 'dim' },
    { text: ` ${cell(count, 5, 'right')}` },
  ];
}

function requestLines(requests: readonly RequestView[], view: ServeView, width: number, room: number): readonly Line[] {
  if (requests.length === 0) {
    return [
      line(view.filter === '' ? '   None yet. Call the address above.' : '   None that the filter leaves; esc clears it.', 'dim'),
    ];
  }
  const current = view.selected === 0 ? undefined : chosen(view, requests);
  const at = current === undefined ? 0 : requests.indexOf(current);
  // What is chosen stays in sight.
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), requests.length - room));
  return requests.slice(first, first + Math.max(0, room)).map((one) => lineOfRequest(one, width, one === current));
}

function lineOfRequest(request: RequestView, width: number, inverse: boolean): Line {
  const { time, method, status, durationMs, path, upstream, error } = request;
  const tone: Tone = status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good';
  const note = error !== '' ? error : upstream;
  const side = width >= 70 ? Math.min(26, Math.floor(width * 0.28)) : 0;
  const room = Math.max(8, width - 35 - (side === 0 ? 0 : side + 1));
  const segments: Segment[] = [
    { text: ` ${cell(time, 8)}`, tone: 'dim' },
    { text: ` ${cell(method, 7)}`, tone: 'accent' },
    { text: ` ${cell(String(status), 3)}`, tone },
    { text: ` ${cell(latency(durationMs), 9, 'right')}` },
    { text: `  ${cell(path, room)}` },
    ...(side === 0 ? [] : [{ text: ` ${cell(note, side)}`, tone: 'dim' as const }]),
  ];
  return inverse ? segments.map((segment) => ({ ...segment, inverse })) : segments;
}

/** `0.42 ms`, `12.3 ms`, `1.20 s`. */
export function latency(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  return `${ms.toFixed(ms >= 100 ? 0 : ms >= 10 ? 1 : 2)} ms`;
}

function findingLines({ gateways }: ServeState, columns: number): readonly Line[] {
  const findings = gateways.flatMap((gateway) => gateway.findings);
  if (findings.length === 0) return [];
  const tones = { error: 'bad', warn: 'warn', info: 'dim' } as const;
  const rows = findings.map(
    ({ at, severity, message, rule }): Line => [
      { text: ` ${placeText(at)}`, tone: 'strong' },
      { text: `  ${severity}`, tone: tones[severity] },
      { text: `  ${printable(message)}` },
      { text: `  ${rule}`, tone: 'dim' },
    ],
  );
  return [heading(`Findings of the last build ${findings.length}`, columns), ...rows];
}

function footer({ requests }: ServeState, view: ServeView): Line {
  if (view.mode === 'filter') {
    return [
      { text: ' / ', tone: 'accent' },
      { text: view.filter },
      { text: ' ', inverse: true },
      { text: '  enter keeps it, esc clears it', tone: 'dim' },
    ];
  }
  if (view.mode === 'explain')
    return keys([
      ['↑↓', 'scroll'],
      ['esc', 'back'],
      ['q', 'quit'],
    ]);
  if (view.mode === 'help') return line(' any key goes back', 'dim');
  const filter: readonly (readonly [string, string])[] =
    view.filter === ''
      ? [['/', 'filter']]
      : [
          ['/', `filter: ${view.filter}`],
          ['esc', 'clear'],
        ];
  const about: readonly (readonly [string, string])[] =
    requests.length === 0
      ? []
      : [
          ['↑↓', 'choose'],
          ['e', 'explain'],
        ];
  return keys([...filter, ...about, ['?', 'help'], ['q', 'quit']]);
}

function keys(pairs: readonly (readonly [key: string, does: string])[]): Line {
  return pairs.flatMap(([key, does]): readonly Segment[] => [
    { text: ` ${key} `, tone: 'strong' },
    { text: `${does}  `, tone: 'dim' },
  ]);
}

const HELP: readonly Line[] = [
  line(''),
  line('   /        filter routes and requests: words of method, path, status, operation, upstream'),
  line('   ↑ ↓      choose a request'),
  line('   e        explain it: its route, why others lost, and where each value was written'),
  line('   esc      clear the filter, go back'),
  line('   q        finish what is in flight and end; once more ends at once (Ctrl-C does the same)'),
  line(''),
  line('   Every save builds again. A build with errors changes nothing: the last good gateway goes on.', 'dim'),
];
