/** `approvals.yaml`: changes that someone has accepted, by their fingerprints (D12). */
import type { Workspace } from '../load/workspace.ts';
import { date, fits, list, object, text } from '../plan/shape.ts';
import type { Change, Report } from './change.ts';

export interface Approval {
  readonly fingerprint: string;
  readonly reason: string;
  readonly approvedBy: string;
  /** `YYYY-MM-DD`; the last day that it holds. */
  readonly until?: string;
}

const shape = list(
  object(
    {
      fingerprint: text({ pattern: /^[0-9a-f]{12}$/, says: 'twelve hex digits, as gw diff prints them' }),
      reason: text(),
      approvedBy: text(),
      until: date,
    },
    { required: ['fingerprint', 'reason', 'approvedBy'] },
  ),
);

/** Reads the approvals of a file; none when it is not there. What is malformed accepts nothing, and is said. */
export function readApprovals(
  workspace: Workspace,
  file: string,
): { readonly approvals: readonly Approval[]; readonly notes: Report['notes'] } {
  const read = workspace.read(file);
  if ('failure' in read) {
    const notes = read.failure === 'missing' ? [] : [{ severity: 'error' as const, message: `${file} cannot be read` }];
    return { approvals: [], notes };
  }
  const { value } = read.document;
  if (fits(shape, value)) return { approvals: value, notes: [] };
  const notes: { severity: 'error'; message: string }[] = [];
  shape.check(value, [], (keys, _part, message, hint) => {
    notes.push({ severity: 'error', message: `${file}: ${keys.join('.')}: ${message}${hint === undefined ? '' : `. ${hint}`}` });
  });
  return { approvals: [], notes };
}

/** Marks the changes that are approved. An approval that ended is an error, one that accepts nothing a warning. */
export function applyApprovals(
  changes: readonly Change[],
  approvals: readonly Approval[],
  now: string,
): { readonly changes: readonly Change[]; readonly notes: Report['notes'] } {
  const isOver = ({ until }: Approval): boolean => until !== undefined && until.slice(0, 10) < now;
  const valid = new Map(approvals.filter((one) => !isOver(one)).map((one) => [one.fingerprint, one]));
  const present = new Set(changes.map(({ fingerprint }) => fingerprint));
  return {
    changes: changes.map((change) => {
      const found = valid.get(change.fingerprint);
      if (found === undefined || change.verdict === 'documentation') return change;
      const { reason, approvedBy, until } = found;
      return { ...change, approved: { reason, approvedBy, ...(until === undefined ? {} : { until }) } };
    }),
    notes: approvals.flatMap((one): Report['notes'] => {
      if (isOver(one)) return [{ severity: 'error', message: `The approval of ${one.fingerprint} ended on ${one.until}` }];
      if (!present.has(one.fingerprint))
        return [{ severity: 'warn', message: `The approval of ${one.fingerprint} approves nothing` }];
      return [];
    }),
  };
}
