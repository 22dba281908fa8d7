import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import type { Api, Fields } from '../resolve/api.ts';
import { canonical } from './canonical.ts';
import type { MergedOperation } from './merged.ts';

/** A security scheme that an operation of the gateway names. */
interface Use {
  readonly api: Api;
  readonly name: string;
  readonly node: Node<Fields>;
  readonly owner: string | undefined;
}

/**
 * Security schemes of one name that mean different things in different documents, after binding: then a reader of one document, or of
 * the published one, is told how to authenticate elsewhere.
 */
export function schemeFindings(operations: readonly MergedOperation[], config: GatewayConfig): readonly Diagnostic[] {
  const byName = Map.groupBy(usedSchemes(operations), ({ name }) => name);
  return [...byName.values()].flatMap((uses): Diagnostic[] => {
    const byMeaning = Map.groupBy(uses, (use) => meaning(use, config));
    const [first, ...others] = [...byMeaning.values()].flatMap((same) => same.slice(0, 1));
    if (first === undefined) return [];
    return others.map(
      ({ api, name, node, owner }): Diagnostic => ({
        rule: 'merge/security-scheme-collision',
        severity: 'error',
        message: `The security scheme '${name}' of ${from(api, owner)} means something else than that of ${from(first.api, first.owner)}`,
        hint: 'Rename one of them, or bind both to one verifier by `security` in the gateway file.',
        at: placeOf(node, 'key'),
        related: [{ at: placeOf(first.node, 'key'), message: `The '${name}' of ${from(first.api, first.owner)}` }],
        ...(owner === undefined ? {} : { owner }),
      }),
    );
  });
}

/** In the order of the documents, each scheme of each document once. */
function usedSchemes(operations: readonly MergedOperation[]): readonly Use[] {
  const found = new Map<Api, Map<string, Use>>();
  for (const { operation, owner } of operations) {
    const { api } = operation;
    const uses = found.get(api) ?? new Map<string, Use>();
    found.set(api, uses);
    for (const requirement of operation.security?.value ?? []) {
      for (const name of Object.keys(requirement)) {
        const node = api.securitySchemes.get(name);
        if (node !== undefined && !uses.has(name)) uses.set(name, { api, name, node, owner });
      }
    }
  }
  return [...found]
    .sort(([a], [b]) => (a.document.file < b.document.file ? -1 : 1))
    .flatMap(([, uses]) => [...uses.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** What a scheme means: which verifier it is bound to and where the credential stands; without a verifier, all it says. */
function meaning({ api, name, node }: Use, { security }: GatewayConfig): string {
  const binding = mapped(api, name);
  const { type, in: place, name: parameter, scheme } = node.value;
  if (security.has(binding)) {
    const placed = type === 'apiKey' ? [place, parameter] : [typeof scheme === 'string' ? scheme.toLowerCase() : ''];
    return JSON.stringify([binding, type === 'apiKey' ? type : '', ...placed.filter((part) => part !== 'bearer')]);
  }
  const kept = Object.entries(node.value).filter(
    ([key]) => key === 'x-gateway' || (key !== 'description' && !key.startsWith('x-')),
  );
  return canonical(Object.fromEntries(kept));
}

/** The binding that the gateway file gives a scheme of a document. */
function mapped({ entry }: Api, name: string): string {
  const { security } = entry;
  return security !== undefined && Object.hasOwn(security, name) ? (security[name] ?? name) : name;
}

function from({ document }: Api, owner: string | undefined): string {
  return owner === undefined ? document.file : `${owner} (${document.file})`;
}
