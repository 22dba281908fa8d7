import { GwError } from '../errors.ts';
import type { Document } from '../load/document.ts';
import type { Workspace } from '../load/workspace.ts';
import { serviceUrlProblem } from '../policies/upstream.ts';
import { identityDefaults } from './bindings.ts';
import { withDefaults } from './env-text.ts';
import type { GatewayConfig } from './gateway.ts';
import type { LoadedGateway } from './load.ts';
import { adminDefaults, serverDefaults } from './server.ts';

/** Name of the upstream that the command line gives; a document without a gateway file means it by whatever name. */
export const commandUpstream = 'upstream';

/**
 * What stands in for a gateway file when documents are given on their own.
 *
 * @param files below the root of the workspace
 * @param options.upstream where every operation goes that names no address itself
 * @throws GwError when there is no document, or the upstream is no URL
 */
export function singleDocumentGateway(
  _workspace: Workspace,
  files: readonly string[],
  { upstream }: { readonly upstream?: string },
): LoadedGateway & { readonly config: GatewayConfig } {
  if (files.length === 0)
    throw new GwError('ERR_GW_NO_DOCUMENTS', 'No document is given', 'Name OpenAPI documents, or a gateway file with -c.');
  const problem = upstream === undefined ? undefined : serviceUrlProblem(withDefaults(upstream) ?? 'http://upstream.invalid');
  if (problem !== undefined) throw new GwError('ERR_GW_USAGE', `--upstream ${upstream}: an upstream URL ${problem}`);
  const config: GatewayConfig = {
    mode: 'single',
    name: 'gateway',
    documents: [],
    serves: undefined,
    hosts: [],
    entries: [...new Set(files)].sort().map((file) => ({ file })),
    server: serverDefaults,
    upstreams:
      upstream === undefined
        ? new Map()
        : new Map([
            [commandUpstream, { name: commandUpstream, targets: [{ url: upstream, weight: 1 }], origin: { level: 'command' } }],
          ]),
    security: new Map(),
    identityHeaders: identityDefaults,
    plans: new Map(),
    roles: new Map(),
    teams: new Map(),
    defaults: upstream === undefined ? [] : [commandDefaults()],
    guardrails: [],
    lint: { rules: {}, suppress: [] },
    telemetry: { accessLog: 'json' },
    admin: adminDefaults,
  };
  return { config, diagnostics: [] };
}

/** What the command line says, as if a document said it. It has no place. */
function commandDefaults(): GatewayConfig['defaults'][number] {
  const value = { upstream: commandUpstream };
  const document: Document = { file: '', text: '', format: 'json', value, locate: () => [] };
  return { document, pointer: '', value };
}
