import type { Api } from '../resolve/api.ts';
import type { Finding } from './rule.ts';

/** More of one kind are a habit of the document, not slips. */
export const HABIT = 20;

/**
 * Tells what a document does everywhere once, at its paths and with the first place: hundreds of equal findings hide all others, and nobody
 * mends them one by one.
 *
 * @param say the message for so many findings, and what to do
 */
export function habits(
  report: (finding: Finding) => void,
  say: (count: number, title: string, kind: string) => Pick<Finding, 'message' | 'hint'>,
): Habits {
  const found = new Map<Api, Map<string, Finding[]>>();
  return {
    add(api, finding, kind = '') {
      const kinds = found.get(api) ?? new Map<string, Finding[]>();
      found.set(api, kinds);
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, [finding]);
      else known.push(finding);
    },
    tell() {
      for (const [{ document, title }, kinds] of found) {
        for (const [kind, findings] of kinds) {
          const [first] = findings;
          if (first === undefined || findings.length <= HABIT) {
            for (const finding of findings) report(finding);
            continue;
          }
          const related = [{ at: first.at, message: `The first: ${first.message}` }];
          const severity = first.severity === undefined ? {} : { severity: first.severity };
          report({
            at: { file: document.file, pointer: '/paths', part: 'key' },
            related,
            ...severity,
            ...say(findings.length, title, kind),
          });
        }
      }
    },
  };
}

export interface Habits {
  /** @param kind findings of several kinds are several habits */
  add(api: Api, finding: Finding, kind?: string): void;
  /** Reports all of them, at the end of the run. */
  tell(): void;
}
