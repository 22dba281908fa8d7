import type { GenerationParts } from '../../generation.ts';

/** What the document of the admin listener compiled to (`templates/admin/openapi.yaml`). */
export interface AdminParts extends GenerationParts {
  /** What a token must be allowed to, by operationId; null where anybody may ask. */
  readonly scopes: Readonly<Record<string, readonly string[] | null>>;
  /** The document itself, JSON text. */
  readonly document: string;
}
