/** Documents that exist in memory only, merged as a gateway without a gateway file. */
import type { GatewayConfig, TeamConfig } from '../../cli/config/gateway.ts';
import { singleDocumentGateway } from '../../cli/config/single.ts';
import type { Document } from '../../cli/load/document.ts';
import type { Workspace } from '../../cli/load/workspace.ts';
import { mergeApis } from '../../cli/merge/merge.ts';
import type { Merged } from '../../cli/merge/merged.ts';
import { effectiveValues } from '../../cli/plan/inherit.ts';
import { resolveApis } from '../../cli/resolve/resolve.ts';

export interface MergedOptions {
  /** In the order in which they are given to the compiler; absent = all files, in their order. */
  readonly entries?: readonly string[];
  readonly config?: Partial<GatewayConfig>;
}

/** Merges documents given as plain data, by file name. */
export function mergedOf(
  files: Readonly<Record<string, unknown>>,
  { entries = Object.keys(files), config = {} }: MergedOptions = {},
): Merged {
  const workspace = memory(files);
  const single = singleDocumentGateway(workspace, entries, { upstream: 'http://upstream.invalid' }).config;
  if (single === undefined) throw new Error('no gateway');
  const gateway: GatewayConfig = { ...single, name: 'test', ...config };
  const { apis } = resolveApis(
    workspace,
    entries.map((file) => ({ file })),
  );
  return mergeApis(apis, gateway, (operation) => effectiveValues(operation, gateway));
}

/** A team of a gateway file. */
export function team(name: string, paths: readonly string[]): TeamConfig {
  const document = documentOf('gateway.yaml', {});
  return { name, paths, reviewers: [], may: [], node: { document, pointer: `/teams/${name}`, value: {} } };
}

/** Findings as `severity rule message`. */
export function findings({ diagnostics }: Merged): readonly string[] {
  return diagnostics.map(({ severity, rule, message }) => `${severity} ${rule} ${message}`);
}

function memory(files: Readonly<Record<string, unknown>>): Workspace {
  const documents = new Map(Object.entries(files).map(([file, value]) => [file, documentOf(file, value)]));
  return {
    root: '/memory',
    document: (file) => documents.get(file),
    read: (file) => {
      const document = documents.get(file);
      return document === undefined ? { failure: 'missing' } : { document };
    },
    source: (file) => documents.get(file),
    folders: [],
    looksIn: () => undefined,
    files: [...documents.keys()].sort(),
    documents: [...documents.values()],
    diagnostics: [],
    sha256: () => undefined,
    locate: () => [],
  };
}

function documentOf(file: string, value: unknown): Document {
  return { file, text: '', format: 'json', value, locate: () => [] };
}
