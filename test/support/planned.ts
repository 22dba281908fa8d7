/** Documents and a gateway file through the compiler up to the plan. */
import { type Checked, check } from '../../cli/compile.ts';
import type { RoutePlan } from '../../cli/plan/ir.ts';
import { folderOf } from './folder.ts';

export interface PlannedOptions {
  readonly auth?: 'enforced' | 'none';
  readonly now?: string;
  readonly audit?: boolean;
  /** Without a gateway file, what `--upstream` says. */
  readonly upstream?: string;
}

/** Checks the files of a folder: `gateway.yaml` where there is one, else all of them as documents. Values that are not texts are written as JSON. */
export function planned(files: Readonly<Record<string, unknown>>, options: PlannedOptions = {}): Checked {
  const texts = Object.entries(files).map(([file, content]) => [
    file,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  const root = folderOf(Object.fromEntries(texts));
  const { auth = 'none', upstream, now, audit = false } = options;
  const source =
    'gateway.yaml' in files
      ? ({ kind: 'config', file: 'gateway.yaml' } as const)
      : ({ kind: 'documents', files: Object.keys(files), ...(upstream === undefined ? {} : { upstream }) } as const);
  return check({ root, source, auth, defaultPreset: 'serve', audit, ...(now === undefined ? {} : { now }) });
}

/** Findings as `file:line:column severity rule message`. */
export function said({ diagnostics }: Checked): readonly string[] {
  return diagnostics.map(
    ({ at, severity, rule, message }) => `${at.file}:${at.line}:${at.column} ${severity} ${rule} ${message}`,
  );
}

/** The only route. */
export function onlyRoute({ plan, diagnostics }: Checked): RoutePlan {
  const [route, ...others] = plan?.routes ?? [];
  if (route === undefined || others.length > 0) throw new Error(`not one route: ${JSON.stringify(diagnostics, undefined, 1)}`);
  return route;
}
