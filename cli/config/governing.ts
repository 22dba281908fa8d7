/** The gateway file of another version, which has the last word on what a pull request must not loosen for itself (A3). */
import type { Place, TextPlace } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import type { Node } from '../load/document.ts';
import type { Workspace } from '../load/workspace.ts';
import type { GatewayConfig, GuardrailConfig, Suppression } from './gateway.ts';
import { loadGateway } from './load.ts';

/** Guardrails and suppressions of another version. */
export interface Governing {
  /** How the version is named, `origin/main`; its files are shown as `origin/main:gateway.yaml`. */
  readonly label: string;
  readonly guardrails: readonly GuardrailConfig[];
  readonly suppress: readonly Suppression[];
  readonly workspace: Workspace;
}

/**
 * Reads the gateway file of a version.
 *
 * @throws GwError when that version has none that can be read: nothing would govern then, and nobody would notice
 */
export function governingConfig(workspace: Workspace, file: string, label: string): Governing {
  const read = workspace.read(file);
  const config = 'document' in read ? loadGateway(workspace, file).config : undefined;
  if (config === undefined)
    throw new GwError(
      'ERR_GW_CONFIG',
      `${label} has no ${file} that can be read`,
      'Its guardrails and suppressions are asked for by --config-from.',
    );
  const named = (place: Place): Place => ({ ...place, file: shownAs(label, place.file) });
  return {
    label,
    workspace,
    guardrails: config.guardrails.map((guardrail) => ({ ...guardrail, node: renamed(guardrail.node, label) })),
    suppress: config.lint.suppress.map((one) => (one.at === undefined ? one : { ...one, at: named(one.at) })),
  };
}

function shownAs(label: string, file: string): string {
  return `${label}:${file}`;
}

function renamed(node: Node, label: string): Node {
  return { ...node, document: { ...node.document, file: shownAs(label, node.document.file) } };
}

/** The config with the guardrails of another version, and of the suppressions of locked rules only those that it has too. */
export function governed(
  config: GatewayConfig,
  { guardrails, suppress }: Governing,
  isLocked: (rule: string) => boolean,
): GatewayConfig {
  const own = config.lint.suppress.filter(({ rule }) => !isLocked(rule));
  return {
    ...config,
    guardrails,
    lint: { ...config.lint, suppress: [...own, ...suppress.filter(({ rule }) => isLocked(rule))] },
  };
}

/** A workspace that knows the places of both versions. */
export function withPlacesOf(workspace: Workspace, { workspace: other, label }: Governing): Workspace {
  const prefix = `${label}:`;
  return {
    root: workspace.root,
    document: (file) => workspace.document(file),
    read: (file) => workspace.read(file),
    source: (file) => (file.startsWith(prefix) ? other.source(file.slice(prefix.length)) : workspace.source(file)),
    sha256: (file) => workspace.sha256(file),
    looksIn: (folder) => workspace.looksIn(folder),
    get folders() {
      return workspace.folders;
    },
    get files() {
      return workspace.files;
    },
    get documents() {
      return workspace.documents;
    },
    get diagnostics() {
      return workspace.diagnostics;
    },
    locate(file: string, places: readonly (Place | TextPlace)[]) {
      if (!file.startsWith(prefix)) return workspace.locate(file, places);
      const own = file.slice(prefix.length);
      return other
        .locate(
          own,
          places.map((place) => ({ ...place, file: own })),
        )
        .map((location) => ({ ...location, file }));
    },
  };
}
