import type { ApiOperation } from '../resolve/api.ts';

/** Something that changes with every request. */
const variable = /\{[^{}]*\}/g;

/** The fixed texts of one segment of a template, without variables and without a `:verb` at its end. */
export function textsOf(segment: string): readonly string[] {
  const [name = ''] = segment.split(/:(?=[A-Za-z]+$)/);
  return name.split(variable).filter((text) => text !== '');
}

/** Segments of a template, empty ones left out. */
export function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Passes the first operation of each path item, whatever documents and references lead there. */
export function firstOfPath(): (operation: ApiOperation) => boolean {
  const seen = new Set<string>();
  return ({ pathPlace, mount }) => {
    const place = `${pathPlace.file}#${pathPlace.pointer} ${mount}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  };
}

/** The major version that a segment names: `v2`, `v1.2`, `2.0`; undefined for every other. */
export function versionOfSegment(segment: string): { readonly major: number; readonly isWhole: boolean } | undefined {
  const [, major, minor] =
    /^v(\d{1,3})((?:\.\d+)+|(?:alpha|beta)\d*)?$/i.exec(segment) ?? /^(\d{1,2})((?:\.\d{1,3})+)$/.exec(segment) ?? [];
  return major === undefined ? undefined : { major: Number(major), isWhole: minor?.startsWith('.') !== true };
}
