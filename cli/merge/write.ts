import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
import type { Merged } from './merge.ts';

export interface WriteOptions {
  /** Keep what is listed, and what that reaches. */
  readonly publicOnly: boolean;
}

/** Writes the merged documents as one OpenAPI document. */
export function writeMerged(merged: Merged, { publicOnly }: WriteOptions): Json {
  const operations = merged.operations.filter(({ visibility }) => !publicOnly || visibility === 'listed');
  const paths = Map.groupBy(operations, ({ template }) => template);
  return {
    openapi: '3.1.1',
    info: { title: merged.config.name, version: '1.0.0' },
    paths: Object.fromEntries(
      [...paths].map(([template, members]) => [
        template,
        Object.fromEntries(members.map(({ operation }) => [operation.method.toLowerCase(), json(operation.node.value)])),
      ]),
    ),
  };
}
