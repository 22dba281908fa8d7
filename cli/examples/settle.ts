import type { Checked } from '../compile.ts';
import type { Diagnostic, LocatedDiagnostic } from '../diagnostics.ts';
import { lintSettings } from '../lint/settings.ts';
import { settle } from '../lint/settle.ts';
import { locate } from '../load/locate.ts';

/** Suppressions and severities of the gateway file hold for examples as for every finding. */
export function settleOne(diagnostics: readonly Diagnostic[], { config, workspace }: Checked): readonly LocatedDiagnostic[] {
  const settings = lintSettings(config?.lint ?? { rules: {}, suppress: [] }, { preset: 'recommended' });
  const settled = settle(diagnostics, settings).filter(({ rule }) => rule === 'spec/example');
  return locate(settled, workspace);
}
