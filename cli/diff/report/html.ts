import { xml } from '../../report/escape.ts';
import { type Report, sections } from '../change.ts';
import { blocks, cut, errorText, type Group, grouped, placeOf, printsText, routesText, summaryOf, titles } from './group.ts';
import type { WriteOptions } from './write-options.ts';

/** Routes that are named below a change of many. */
const ROUTES_SHOWN = 200;

/** A page of its own: no script, nothing that is fetched. */
export function writeHtml(report: Report, { docs }: Pick<WriteOptions, 'docs'>): string {
  const body = [
    `<h1>gw diff <small>${xml(report.base)} → ${xml(report.head)}</small></h1>`,
    `<p class="${report.failed ? 'fail' : 'pass'}">${xml(summaryOf(report))}</p>`,
    ...(report.reviewers.length === 0
      ? []
      : [`<p>Needs: ${report.reviewers.map(({ team, why }) => `<b>${xml(team)}</b> (${why.join(', ')})`).join(' · ')}</p>`]),
    ...list('Not compared', report.skipped),
    ...list('The head cannot be built', report.errors.map(errorText)),
    ...list(
      'Notes',
      report.notes.map(({ severity, message }) => `${severity}: ${message}`),
    ),
    ...sections
      .filter((section) => docs || section !== 'documentation')
      .flatMap((section) => {
        const groups = grouped(report.changes, section);
        if (groups.length === 0) return [];
        const head = '<tr><th>severity</th><th>route</th><th>change</th><th>where</th></tr>';
        return [
          `<h2>${titles[section]} (${groups.length})</h2><table>${head}${groups.map((group) => row(group, report)).join('')}</table>`,
        ];
      }),
    ...(report.changes.some((change) => blocks(change, report))
      ? ['<p>What is shaded blocks: mend it, or add its fingerprints to <code>approvals.yaml</code> with a reason.</p>']
      : []),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>gw diff</title><style>${STYLE}</style></head>
<body>
${body.join('\n')}
</body></html>
`;
}

function list(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  return [`<h2>${title}</h2><ul>${items.map((item) => `<li>${xml(item)}</li>`).join('')}</ul>`];
}

function row({ first, routes, changes }: Group, report: Report): string {
  const { severity, direction, message, witness, before, after, approved, id } = first;
  const blocking = blocks(first, report) ? ' class="blocking"' : '';
  const names = routes
    .slice(0, ROUTES_SHOWN)
    .map(({ name, owner }) => `<li>${xml(name)}${owner === undefined ? '' : ` <i>${xml(owner)}</i>`}</li>`);
  const more = routes.length > ROUTES_SHOWN ? `<li>and ${routes.length - ROUTES_SHOWN} more</li>` : '';
  const owners = routes.map(({ owner }) => (owner === undefined ? '' : `<br><i>${xml(cut(owner))}</i>`)).join('');
  const route =
    routes.length < 2
      ? `${xml(cut(routesText(routes)))}${owners}`
      : `<details><summary>${xml(cut(routesText(routes)))}</summary><ul>${names.join('')}${more}</ul></details>`;
  const shows = witness === undefined ? '' : `<br>e.g. <code>${xml(witness)}</code>`;
  const values =
    before === undefined && after === undefined
      ? ''
      : `<details><summary>values</summary><pre>${xml(JSON.stringify(before ?? null, null, 2))}\n→\n${xml(JSON.stringify(after ?? null, null, 2))}</pre></details>`;
  const accepted = approved === undefined ? '' : `<br><i>approved by ${xml(approved.approvedBy)}: ${xml(approved.reason)}</i>`;
  return `<tr${blocking}><td class="${severity}">${severity}${direction === 'neutral' ? '' : `<br>${direction}`}</td><td>${route}</td><td>${xml(cut(message))}${shows}${accepted}${values}<div><small>${xml(id)} · ${printsText(changes)}</small></div></td><td>${xml(placeOf(first))}</td></tr>\n`;
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}h1 small{font-size:1rem;font-weight:normal;opacity:.7}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8884;overflow-wrap:anywhere}th:first-child,td:first-child{white-space:nowrap}
td:nth-child(2){width:30%}td:nth-child(4){width:18%;font-family:ui-monospace,monospace;font-size:.85em}.fail{border-left:4px solid #c33;padding:.5rem 1rem}.pass{border-left:4px solid #393;padding:.5rem 1rem}
.blocking{background:#c331}.critical,.high{color:#c33;font-weight:600}.medium{color:#a60}small{opacity:.65}pre{white-space:pre-wrap;font-size:.85em}ul{margin:.3rem 0;padding-left:1.2rem}`;
