/**
 * The compiled route table: what `gw:matcher` exports (data), what it becomes when a generation is loaded, and how the candidates for
 * a host are found. The walk over it is in `match.ts`.
 */
import { type PathRules, STRICT_PATHS } from './normalize.ts';

/**
 * From host, method and normalized path to the index of a route, as plain data. Lists refer to each other by index, so that neither the
 * text nor its loading nests with the length of a template. Written by `cli/emit/matcher.ts`.
 */
export interface RouteTable {
  /** Every method of a route, `HEAD` if one has `GET`, and `OPTIONS`; sorted. `Ends` name them by index. */
  readonly methods: readonly string[];
  /** Routes that need more than host, method and path (RT-6). */
  readonly conditions: readonly { readonly route: number; readonly all: readonly TableCondition[] }[];
  /**
   * Lower-case pattern to the node before the first segment of its templates: a host, `*.` and a suffix, or '' for any host. No pattern
   * twice.
   */
  readonly hosts: readonly { readonly pattern: string; readonly root: number }[];
  readonly nodes: readonly TableNode[];
  /** Absent = `STRICT_PATHS`. */
  readonly paths?: PathRules;
  /** Versions of an API that a segment of the path names; absent = none. */
  readonly versions?: readonly PathVersion[];
}

/** A version that a segment names, and the routes that belong to it (RT-12). */
export interface PathVersion {
  /** The segment: `v1`. */
  readonly text: string;
  readonly name: string;
  /** Indices. Those that hide that they exist are left out. */
  readonly routes: readonly number[];
}

/** The choices after some segments. Only what occurs is written. */
export interface TableNode {
  /** Text of the next segment → node. */
  readonly literals?: readonly (readonly [text: string, node: number])[];
  /** In-segment templates, the most specific first; texts and 0 for a parameter. */
  readonly templates?: readonly (readonly [parts: readonly (string | 0)[], node: number])[];
  /** Node after any non-empty segment. */
  readonly parameter?: number;
  /** Ends of templates that take all following segments. */
  readonly rest?: Ends;
  /** Ends of templates that are complete here. */
  readonly ends?: Ends;
}

/**
 * Method and route indices in turn, in the order of trial: of one method the route with most conditions first. A `GET` is followed by
 * `HEAD` entries for the same routes, after those of an own `HEAD` (RT-8).
 */
export type Ends = readonly number[];

export interface TableCondition {
  /** `accept`: the version that a media type of the header `Accept` names. */
  readonly in: 'header' | 'query' | 'accept';
  /** Lower case for headers; for `accept` the media type before its version, `application/vnd.acme`. */
  readonly name: string;
  readonly equals: string;
  /** It chooses a version of the API (RT-12): what names none of them is refused with the list. */
  readonly version?: true;
  /** It holds as well where nothing is named: the default version. */
  readonly orAbsent?: true;
}

/** A route table ready to be walked. Never changes. */
export interface Router {
  readonly paths: PathRules;
  readonly versions: readonly { readonly text: string; readonly name: string; readonly routes: ReadonlySet<number> }[];
  readonly methods: readonly string[];
  readonly methodIndex: ReadonlyMap<string, number>;
  /** By route; undefined where host, method and path decide. */
  readonly conditions: readonly (readonly LoadedCondition[] | undefined)[];
  readonly exactHosts: ReadonlyMap<string, Node>;
  /** By suffix with its leading dot: `.a.example`. */
  readonly wildcardHosts: ReadonlyMap<string, Node>;
  /** Dots in the longest wildcard suffix: no longer one is looked up, however many labels a host has. */
  readonly wildcardDots: number;
  readonly anyHost: Node | undefined;
}

/**
 * A node of a router. Most have one literal or none: `text` and `next` spare those a map and the walk a slice of the path.
 */
export interface Node {
  text: string | undefined;
  next: Node | undefined;
  /** Two literals and more. */
  literals: ReadonlyMap<string, Node> | undefined;
  /** Whether there is another choice than a literal. */
  readonly open: boolean;
  templates: readonly SegmentTemplate[] | undefined;
  parameter: Node | undefined;
  readonly rest: Ends | undefined;
  readonly ends: Ends | undefined;
}

export interface SegmentTemplate {
  readonly parts: readonly (string | 0)[];
  readonly node: Node;
}

export interface LoadedCondition extends TableCondition {
  /** Slot of the header, or -1 for a query parameter. */
  readonly slot: number;
}

/**
 * Loads a table. Once per generation.
 *
 * @param headerSlot gives the slot of each header that a condition reads
 */
export function createRouter(table: RouteTable, headerSlot: (name: string) => number): Router {
  const nodes = loadNodes(table.nodes);
  const conditions: (readonly LoadedCondition[] | undefined)[] = [];
  for (const { route, all } of table.conditions) {
    while (conditions.length <= route) conditions.push(undefined);
    conditions[route] = all.map((one) => ({
      ...one,
      slot: one.in === 'query' ? -1 : headerSlot(one.in === 'header' ? one.name : 'accept'),
    }));
  }
  const exactHosts = new Map<string, Node>();
  const wildcardHosts = new Map<string, Node>();
  let wildcardDots = 0;
  for (const { pattern, root } of table.hosts) {
    if (pattern.startsWith('*.')) {
      wildcardHosts.set(pattern.slice(1), at(nodes, root));
      wildcardDots = Math.max(wildcardDots, pattern.split('.').length - 1);
    } else if (pattern !== '') exactHosts.set(pattern, at(nodes, root));
  }
  const any = table.hosts.find(({ pattern }) => pattern === '');
  const methodIndex = new Map(table.methods.map((method, index) => [method, index]));
  const anyHost = any === undefined ? undefined : at(nodes, any.root);
  return {
    paths: table.paths ?? STRICT_PATHS,
    versions: (table.versions ?? []).map(({ routes, ...version }) => ({ ...version, routes: new Set(routes) })),
    methods: table.methods,
    methodIndex,
    conditions,
    exactHosts,
    wildcardHosts,
    wildcardDots,
    anyHost,
  };
}

/** All nodes get the same members in the same order: one hidden class keeps the walk monomorphic. */
function loadNodes(rows: readonly TableNode[]): Node[] {
  const nodes = rows.map(({ templates, parameter, rest, ends }): Node => {
    const open = templates !== undefined || parameter !== undefined || rest !== undefined;
    return {
      text: undefined,
      next: undefined,
      literals: undefined,
      open,
      templates: undefined,
      parameter: undefined,
      rest,
      ends,
    };
  });
  rows.forEach(({ literals = [], templates, parameter }, index) => {
    const node = at(nodes, index);
    const [first] = literals;
    if (literals.length > 1) node.literals = new Map(literals.map(([text, next]) => [text, at(nodes, next)]));
    else if (first !== undefined) {
      node.text = first[0];
      node.next = at(nodes, first[1]);
    }
    if (templates !== undefined) node.templates = templates.map(([parts, next]) => ({ parts, node: at(nodes, next) }));
    if (parameter !== undefined) node.parameter = at(nodes, parameter);
  });
  return nodes;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`route table refers to a missing entry ${index}`);
  return item;
}
