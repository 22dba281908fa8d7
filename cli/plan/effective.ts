import type { Node } from '../load/document.ts';
import type { OriginLevel } from './ir.ts';

/** An effective `x-gateway` value of one operation: what was written, where, and at which level. */
export interface Effective {
  /** Vocabulary key, `timeouts.total`. */
  readonly key: string;
  readonly node: Node;
  readonly level: OriginLevel;
  /** Why an inherited value cannot apply to this operation. */
  readonly skipped?: string;
}
