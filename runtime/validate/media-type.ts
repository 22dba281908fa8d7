/** The media type of a field value, lower case, without parameters; undefined when it is none. */
export function essenceOf(contentType: string): string | undefined {
  const semicolon = contentType.indexOf(';');
  const essence = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  return /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/.test(essence) ? essence : undefined;
}

/** A parameter of a media type, quotes removed; names compared without case (RFC 9110 §8.3.1). */
export function mediaTypeParameter(contentType: string, name: string): string | undefined {
  for (const [, key = '', quoted, token] of contentType.matchAll(PARAMETER)) {
    if (key.toLowerCase() === name) return quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1');
  }
  return undefined;
}

const PARAMETER = /;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

/** Whether a media type is in a range: itself, `type/*`, or everything. */
export function isInRange(essence: string, range: string): boolean {
  if (range === essence || range === '*/*') return true;
  return range.endsWith('/*') && essence.startsWith(range.slice(0, -1));
}

/** How exactly a range names media types: the more the better. */
export function precision(range: string): number {
  if (range === '*/*') return 0;
  return range.endsWith('/*') ? 1 : 2;
}

export function isJson(essence: string): boolean {
  return essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json');
}
