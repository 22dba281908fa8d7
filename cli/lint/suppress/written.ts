/** Findings that documents accept themselves: `x-gw-ignore` on an object, `# gw-ignore-next-line` above a line (L11). */
import type { Diagnostic, Place, TextPlace } from '../../diagnostics.ts';
import { GwError } from '../../errors.ts';
import type { Document } from '../../load/document.ts';
import { below, member } from '../../load/pointer.ts';
import { date, fits } from '../../plan/shape.ts';
import type { Visit } from '../../resolve/walk.ts';
import { ruleById } from '../settings.ts';
import { ignoreComments } from './comments.ts';
import { ignoreEntry, ignoreShape } from './shape.ts';

/** One accepted rule at one place of a document. */
export interface WrittenSuppression {
  readonly rule: string;
  readonly reason: string;
  readonly until?: string;
  /** Where it is written. */
  readonly at: Place | TextPlace;
  /** The object and everything in it, or one line. */
  readonly covers: { readonly file: string; readonly pointer: string } | { readonly file: string; readonly line: number };
}

/** What documents accept, and what is wrong with how they say it. */
export interface Written {
  readonly suppressions: readonly WrittenSuppression[];
  readonly diagnostics: readonly Diagnostic[];
  /** Lines of places, by one scan of their file. */
  linesOf(file: string, places: readonly (Place | TextPlace)[]): readonly number[];
}

/**
 * Collects what the documents accept.
 *
 * @param visits every object of the documents: `x-gw-ignore` in an example is data
 * @throws GwError for a rule that does not exist, as for one of the gateway file (L17)
 */
export function writtenSuppressions(visits: readonly Visit[], documents: readonly Document[]): Written {
  const suppressions: WrittenSuppression[] = [];
  const diagnostics: Diagnostic[] = [];
  const say = (at: Place | TextPlace, message: string, hint = WRITE_REASON): void => {
    diagnostics.push({ rule: 'governance/suppression', severity: 'error', message, hint, at });
  };
  const saying = new Set(documents.filter(({ text }) => text.includes('x-gw-ignore')));
  for (const { node } of visits) {
    if (!saying.has(node.document)) continue;
    const written = member(node.value, 'x-gw-ignore');
    if (written === undefined) continue;
    const { file } = node.document;
    const pointer = below(node.pointer, 'x-gw-ignore');
    ignoreShape.check(written, [], (keys, part, message, hint) =>
      say({ file, pointer: below(pointer, ...keys), part }, message, hint),
    );
    for (const [index, one] of (Array.isArray(written) ? written : []).entries()) {
      const at: Place = { file, pointer: below(pointer, index), part: 'value' };
      known(member(one, 'rule'), at, node.document);
      if (fits(ignoreEntry, one)) suppressions.push({ ...one, at, covers: { file, pointer: node.pointer } });
    }
  }
  for (const document of documents) {
    for (const comment of ignoreComments(document)) {
      const { rule, reason, until, at, line } = comment;
      known(rule, at, document);
      const { file } = document;
      if (reason === undefined) say(at, `Nothing says why ${rule} is ignored here`);
      else if (until !== undefined && !fits(date, until)) say(at, `'${until}' is no date`, 'Write it as 2027-01-31.');
      else suppressions.push({ rule, reason, ...(until === undefined ? {} : { until }), at, covers: { file, line } });
    }
  }
  const byFile = new Map(documents.map((document) => [document.file, document]));
  return {
    suppressions,
    diagnostics,
    linesOf: (file, places) =>
      byFile
        .get(file)
        ?.locate(places)
        .map(({ line }) => line) ?? [],
  };
}

const WRITE_REASON =
  'Write the rule and the reason: `x-gw-ignore: [{ rule, reason }]`, `# gw-ignore-next-line <rule> -- reason`.';

function known(rule: unknown, at: Place | TextPlace, document: Document): void {
  if (typeof rule !== 'string' || rule === '') return;
  try {
    ruleById(rule);
  } catch (error) {
    if (!(error instanceof GwError)) throw error;
    const [place] = document.locate([at]);
    throw new GwError(error.code, `${error.message}, which ${document.file}:${place?.line ?? 1} ignores`, error.hint);
  }
}
