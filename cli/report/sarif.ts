/** Findings as SARIF 2.1.0 (L3), for code scanning. Source: OASIS SARIF 2.1.0 with errata 01; the limits are those of GitHub. */
import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';
import { catalogue } from '../lint/catalogue.ts';
import { uniqueFingerprints } from '../lint/fingerprint.ts';
import type { RuleInfo } from '../lint/rule.ts';
import type { Location } from '../location.ts';
import { gwVersion } from '../package-root.ts';
import { printable, printableJson } from './escape.ts';
import { bySeverity, type Findings, fullMessage } from './findings.ts';

/** More results are cut off by those who read the file. */
const RESULTS = 5_000;
/** Related places of a result that are shown. */
const RELATED = 100;

const levels: Readonly<Record<Severity, string>> = { error: 'error', warn: 'warning', info: 'note' };

/** One run with its rules and results; without findings it is a run without results. */
export function writeSarif({ diagnostics, suppressed }: Findings): string {
  const all = [...diagnostics, ...suppressed];
  const prints = new Map(uniqueFingerprints(all).map((print, index) => [all[index], print]));
  const kept = all.length > RESULTS ? [...bySeverity(diagnostics), ...bySeverity(suppressed)].slice(0, RESULTS) : all;
  const ids = new Set(kept.map(({ rule }) => rule));
  const rules = catalogue.filter(({ id }) => ids.has(id));
  const ruleIndex = new Map(rules.map(({ id }, index) => [id, index]));
  const notice = `${all.length - kept.length} more findings are in the log; the heaviest ${RESULTS} are here`;
  return `${printableJson({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'gw', version: gwVersion, semanticVersion: gwVersion, rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The folder that holds all documents.' } } },
        invocations: [
          {
            executionSuccessful: true,
            ...(kept.length < all.length ? { toolExecutionNotifications: [{ level: 'note', message: { text: notice } }] } : {}),
          },
        ],
        results: kept.map((one) => result(one, ruleIndex.get(one.rule), prints.get(one) ?? one.fingerprint)),
      },
    ],
  })}\n`;
}

function descriptor({ id, severity, summary, why, fix, source, locked }: RuleInfo): Readonly<Record<string, unknown>> {
  const help = `${why} ${fix} Source: ${source}`;
  return {
    id,
    name: id.replaceAll(/(?:^|[/.-])([a-z0-9])/g, (_match, first: string) => first.toUpperCase()),
    shortDescription: { text: summary },
    fullDescription: { text: `${summary} ${why}` },
    help: { text: help, markdown: `**Why.** ${why}\n\n**Fix.** ${fix}\n\n**Source.** ${source}` },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [id.split('/')[0], ...(locked === true ? ['locked'] : [])] },
  };
}

function result(diagnostic: LocatedDiagnostic, ruleIndex: number | undefined, print: string): Readonly<Record<string, unknown>> {
  const { rule, severity, at, pointer, related, owner, operation, suppressed } = diagnostic;
  const others = related.slice(0, RELATED);
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[severity],
    message: message(fullMessage(diagnostic)),
    locations: [
      {
        physicalLocation: place(at),
        ...(pointer === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: printable(pointer), kind: 'member' }] }),
      },
    ],
    ...(others.length === 0
      ? {}
      : {
          relatedLocations: others.map((one, index) => ({
            id: index + 1,
            message: message(one.message),
            physicalLocation: place(one.at),
          })),
        }),
    partialFingerprints: { 'gw/v1': print },
    ...(suppressed === undefined ? {} : { suppressions: [suppression(suppressed)] }),
    ...(owner === undefined && operation === undefined ? {} : { properties: { owner, operation } }),
  };
}

function suppression({ by, reason }: NonNullable<LocatedDiagnostic['suppressed']>): Readonly<Record<string, unknown>> {
  return { kind: by === 'document' ? 'inSource' : 'external', justification: printable(reason) };
}

/** `[text](target)` would be a link (SARIF §3.11.6). */
function message(text: string): { readonly text: string } {
  const shown = printable(text);
  return { text: shown.includes('](') ? shown.replaceAll(/[[\]\\]/g, '\\$&') : shown };
}

function place({ file, line, column, endLine, endColumn }: Location): Readonly<Record<string, unknown>> {
  const isForward = endLine > line || endColumn >= column;
  return {
    artifactLocation: { uri: file.split('/').map(encodeSegment).join('/'), uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column, ...(isForward ? { endLine, endColumn } : {}) },
  };
}

/** A segment of a relative reference (RFC 3986); what is no Unicode is replaced. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
