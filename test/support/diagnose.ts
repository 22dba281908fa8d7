import { readdirSync } from 'node:fs';
import type { LocatedDiagnostic } from '../../cli/diagnostics.ts';
import { lint } from '../../cli/lint/lint.ts';
import { lintSettings } from '../../cli/lint/settings.ts';
import { settle } from '../../cli/lint/settle.ts';
import { locate } from '../../cli/load/locate.ts';
import { openWorkspace } from '../../cli/load/workspace.ts';
import { resolveApis } from '../../cli/resolve/resolve.ts';

export interface DiagnoseOptions {
  readonly preset?: string;
  readonly rules?: Readonly<Record<string, string>>;
  readonly now?: string;
}

/** Loads, resolves and lints documents without a gateway file; findings as they are printed. */
export function diagnose(
  root: string,
  files: readonly string[],
  { preset = 'recommended', rules = {}, now }: DiagnoseOptions = {},
): LocatedDiagnostic[] {
  const workspace = openWorkspace(root);
  const settings = lintSettings({ rules, suppress: [] }, { preset, ...(now === undefined ? {} : { now }) });
  const resolved = resolveApis(
    workspace,
    files.map((file) => ({ file })),
  );
  const found = lint({ apis: resolved.apis, resolver: resolved.resolver, visits: resolved.visits }, settings);
  return locate(settle([...resolved.diagnostics, ...found], settings), workspace);
}

/** Files of a folder by their path below it, sorted. */
export function filesBelow(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length + 1))
    .sort();
}
