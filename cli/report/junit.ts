import type { LocatedDiagnostic } from '../diagnostics.ts';
import { xml } from './escape.ts';
import { byFile, type Findings, fullMessage } from './findings.ts';
import { placeText } from './pretty.ts';

/**
 * Findings as JUnit results: a suite for each file, a case for each finding. An error is a failed case; what weighs less passes and says
 * so. Without findings there is one case that passes, since readers refuse a report without any.
 */
export function writeJunit({ diagnostics }: Findings): string {
  const suites = [...byFile(diagnostics)].map(([file, all]) => suite(file, all));
  const body = suites.length > 0 ? suites.join('') : EMPTY;
  const tests = Math.max(1, diagnostics.length);
  const head = `<testsuites name="gw" tests="${tests}" failures="${failures(diagnostics)}" errors="0">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${body}</testsuites>\n`;
}

const EMPTY = `  <testsuite name="gw" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="no findings" classname="gw"/>
  </testsuite>
`;

function failures(diagnostics: readonly LocatedDiagnostic[]): number {
  return diagnostics.filter(({ severity }) => severity === 'error').length;
}

function suite(file: string, all: readonly LocatedDiagnostic[]): string {
  const name = xml(file);
  const head = `<testsuite name="${name}" tests="${all.length}" failures="${failures(all)}" errors="0" skipped="0">`;
  return `  ${head}\n${all.map((one) => testCase(one, name)).join('')}  </testsuite>\n`;
}

function testCase(diagnostic: LocatedDiagnostic, file: string): string {
  const { rule, severity, at, message } = diagnostic;
  const head = `<testcase name="${xml(`${rule} ${at.line}:${at.column}`)}" classname="${file}" file="${file}" line="${at.line}">`;
  const text = xml(`${placeText(at)}: ${fullMessage(diagnostic)}`);
  const result =
    severity === 'error'
      ? `<failure type="${xml(rule)}" message="${xml(message)}">${text}</failure>`
      : `<system-out>${severity}: ${text}</system-out>`;
  return `    ${head}${result}</testcase>\n`;
}
