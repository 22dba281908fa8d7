import type { ApiOperation } from '../resolve/api.ts';

/** Names of the path parameters of an operation, by index, mount included. */
export function parameterNamesOf({ mount, path }: Pick<ApiOperation, 'mount' | 'path'>): readonly string[] {
  return [...`${mount}${path}`.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** Splits a template into texts and parameter names, in turn, beginning with a text. */
export function splitTemplate(template: string): readonly string[] {
  return template.split(/\{([^{}]*)\}/);
}

/** Names in a template that are no parameter of the operation. */
export function unknownParameters(template: string, operation: Pick<ApiOperation, 'mount' | 'path'>): readonly string[] {
  const names = parameterNamesOf(operation);
  return splitTemplate(template).filter((part, index) => index % 2 === 1 && !names.includes(part));
}

/** Texts, and indices of parameters; texts are encoded by `encode`. Unknown names are left out: `unknownParameters` finds them. */
export function templateParts(
  template: string,
  operation: Pick<ApiOperation, 'mount' | 'path'>,
  encode: (text: string) => string,
): readonly (string | number)[] {
  const names = parameterNamesOf(operation);
  return splitTemplate(template).flatMap((part, index): readonly (string | number)[] => {
    if (index % 2 === 0) return part === '' ? [] : [encode(part)];
    const parameter = names.indexOf(part);
    return parameter === -1 ? [] : [parameter];
  });
}

/** Writes a path as bytes of a request: what RFC 3986 does not allow is encoded; what is encoded stays. */
export function encodePath(text: string): string {
  return encodeURI(text.toWellFormed())
    .replaceAll(/%25(?=[0-9A-Fa-f]{2})/g, '%')
    .replaceAll(/[?#]/g, encodeURIComponent);
}

/** Whether a segment would be resolved away (RFC 3986 §5.2.4): no request may be sent with one. */
export function hasDotSegment(template: string): boolean {
  return /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(template);
}
