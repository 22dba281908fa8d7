import type { Diagnostic } from '../diagnostics.ts';
import type { Document } from '../load/document.ts';
import { member } from '../load/pointer.ts';

/** Says why a document is none that gw reads (`spec/version`). */
export function versionDiagnostic(document: Document): Diagnostic {
  const { file, value } = document;
  const diagnostic = (message: string, hint: string, key: string): Diagnostic => ({
    rule: 'spec/version',
    severity: 'error',
    message,
    hint,
    at: { file, pointer: key === '' ? '' : `/${key}`, part: 'value' },
  });
  const swagger = member(value, 'swagger');
  if (swagger !== undefined) {
    return diagnostic(
      `This is Swagger ${String(swagger)}; gw reads OpenAPI 3.0, 3.1 and 3.2`,
      'Convert it with a tool such as swagger2openapi.',
      'swagger',
    );
  }
  const openapi = member(value, 'openapi');
  if (openapi === undefined) {
    return diagnostic('This is no OpenAPI document: it has no `openapi` at its root', 'Write `openapi: 3.1.1` at the top.', '');
  }
  const written =
    typeof openapi === 'string' || typeof openapi === 'number' ? String(openapi) : JSON.stringify(openapi).slice(0, 40);
  return diagnostic(
    `The version ${written} is none that gw reads (3.0.x, 3.1.x, 3.2.x)`,
    'Write all three numbers, such as 3.1.1.',
    'openapi',
  );
}
