import type { LocatedDiagnostic, Severity } from '../diagnostics.ts';
import { xml } from './escape.ts';
import { byFile, type Findings, fullMessage } from './findings.ts';

const severities: Readonly<Record<Severity, string>> = { error: 'error', warn: 'warning', info: 'info' };

/** Findings as Checkstyle writes them: `<file>` with its `<error>` elements. */
export function writeCheckstyle({ diagnostics }: Findings): string {
  const files = [...byFile(diagnostics)].map(
    ([file, all]) => `  <file name="${xml(file)}">\n${all.map(element).join('')}  </file>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n${files.join('')}</checkstyle>\n`;
}

function element(diagnostic: LocatedDiagnostic): string {
  const { at, severity, rule } = diagnostic;
  const text = xml(fullMessage(diagnostic));
  return `    <error line="${at.line}" column="${at.column}" severity="${severities[severity]}" message="${text}" source="gw.${xml(rule)}"/>\n`;
}
