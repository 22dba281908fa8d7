import type { Node } from '../load/document.ts';
import type { Json } from '../plan/ir.ts';
import { SchemaPool } from '../plan/schemas.ts';
import type { OpenApiVersion, Resolver } from '../resolve/api.ts';
import { Conformance } from './conforms.ts';

/**
 * The schemas of answers that are made up. No part of the plan: nothing is validated with them when the gateway runs, and one that cannot be
 * compiled is no finding.
 */
export class MockSchemas {
  readonly #pool: SchemaPool;
  readonly #conformance = new Conformance();
  #known = 0;

  constructor(resolver: Resolver) {
    this.#pool = new SchemaPool(resolver, { keepsExamples: true });
  }

  /** The schema as a plan would have it, with examples as JSON text in `gw:example`. */
  lower(node: Node, version: OpenApiVersion): Json {
    return this.#pool.lower(node, { version, direction: 'response' });
  }

  /** The lowered schema of an id. */
  schema(id: string): Json {
    return this.#pool.schema(id);
  }

  /** Says whether values conform to a lowered schema. */
  conformance(schema: Json): (value: Json) => boolean {
    for (; this.#known < this.#pool.size; this.#known++) {
      const id = `s${this.#known + 1}`;
      this.#conformance.add(id, this.#pool.schema(id));
    }
    return this.#conformance.of(schema);
  }
}
