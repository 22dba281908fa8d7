import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Effective } from '../plan/effective.ts';
import type { Condition, Segment } from '../plan/ir.ts';
import type { Api, ApiOperation } from '../resolve/api.ts';

/** An operation that the gateway builds. */
export interface MergedOperation {
  readonly operation: ApiOperation;
  /** The team that answers for it: as the gateway file says, else as the document says. */
  readonly owner: string | undefined;
  /** Lower case; empty = any host. */
  readonly hosts: readonly string[];
  /** Public template, mount included, as authored. */
  readonly template: string;
  readonly segments: readonly Segment[];
  /** Parameter names by index. */
  readonly parameterNames: readonly string[];
  /** Sorted by place and name. */
  readonly conditions: readonly Condition[];
  /** Unique in the gateway: `team.id` where documents share one. */
  readonly operationId: string | undefined;
  readonly visibility: 'listed' | 'unlisted';
  /** Empty = for everyone. */
  readonly audience: readonly string[];
  readonly effective: ReadonlyMap<string, Effective>;
}

/** The documents of one gateway as one set. The same for any order of the documents. */
export interface Merged {
  readonly config: GatewayConfig;
  /** Sorted by file. */
  readonly apis: readonly Api[];
  /** In the order the router tries them: most specific template first, then by method, most conditions first. No identity twice. */
  readonly operations: readonly MergedOperation[];
  /** By document, the name that tells its operations and components apart from those of others. */
  readonly namespaces: ReadonlyMap<Api, string>;
  readonly diagnostics: readonly Diagnostic[];
}
