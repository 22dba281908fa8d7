/**
 * The version that a header `Accept` asks for: `application/vnd.acme.v2+json`, `application/vnd.acme.2+json`, or a parameter `version=2`
 * at a range of that type (RT-12).
 *
 * @param type media type before the version, lower case: `application/vnd.acme`, or `application/json`
 * @returns the first version named, without its `v`; undefined when none is
 */
export function acceptedVersion(accept: string, type: string): string | undefined {
  for (const range of accept.split(',', MOST_RANGES)) {
    const [name = '', ...parameters] = range.split(';');
    const full = name.trim().toLowerCase();
    if (!full.startsWith(type)) continue;
    const rest = full.slice(type.length);
    const inName = /^\.v?(\d[\w.-]*)(?:\+[a-z0-9.-]+)?$/.exec(rest)?.[1];
    if (inName !== undefined) return inName;
    if (rest !== '' && !rest.startsWith('+')) continue;
    for (const parameter of parameters) {
      const value = /^\s*version\s*=\s*"?v?([\w.-]+)"?\s*$/i.exec(parameter)?.[1];
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** Ranges looked at: nobody asks for more. */
const MOST_RANGES = 32;
