import { describe, expect, it } from 'vitest';
import { readApprovals } from '../../../cli/diff/approvals.ts';
import { diffTables, failOnByDefault } from '../../../cli/diff/diff.ts';
import { openWorkspace } from '../../../cli/load/workspace.ts';
import { tableOf, today } from '../../support/diffed.ts';
import { pullRequests, shop } from '../../support/five-teams.ts';
import { folderOf } from '../../support/folder.ts';

const raised = pullRequests.find(({ name }) => name === 'limit-raised')?.files ?? {};
const [base, head] = [() => tableOf('base', shop), () => tableOf('head', raised)];

function compare(approvals: string | undefined) {
  const root = folderOf(approvals === undefined ? {} : { 'approvals.yaml': approvals });
  return diffTables(base(), head(), {
    nowMs: Date.parse(today),
    failOn: failOnByDefault,
    ...readApprovals(openWorkspace(root), 'approvals.yaml'),
  });
}

describe('D12: approvals', () => {
  const printsOf = (): readonly string[] => compare(undefined).changes.map(({ fingerprint }) => fingerprint);
  const entries = (until = ''): string =>
    printsOf()
      .map((print) => `- { fingerprint: "${print}", reason: campaign, approvedBy: ada${until} }\n`)
      .join('');

  it('what is approved stays visible and does not fail', () => {
    const report = compare(entries());
    expect(report).toMatchObject({ failed: false, notes: [], reviewers: [] });
    expect(report.changes.map(({ approved }) => approved?.approvedBy)).toEqual(['ada', 'ada']);
  });

  it('one that accepts nothing is a warning, one that ended an error', () => {
    expect(compare(`${entries()}- { fingerprint: "000000000000", reason: x, approvedBy: y }`)).toMatchObject({
      failed: false,
      notes: [{ severity: 'warn', message: 'The approval of 000000000000 approves nothing' }],
    });
    const ended = compare(entries(', until: 2026-11-22'));
    expect(ended.failed).toBe(true);
    expect(ended.notes).toHaveLength(2);
    expect(compare(entries(', until: 2026-11-23')).failed).toBe(false);
  });

  it('what is malformed accepts nothing, and is said', () => {
    const report = compare(`- { fingerprint: "${printsOf()[0]}", reason: x }`);
    expect(report.failed).toBe(true);
    expect(report.notes[0]).toMatchObject({ severity: 'error' });
  });

  it('D11: a fingerprint stays when files, lines and parameter names change, and differs for another value', () => {
    const moved = Object.fromEntries(
      Object.entries(raised).map(([file, text]) => [
        file.replace('orders', 'purchases'),
        text.replaceAll('specs/orders', 'specs/purchases').replaceAll('orderId', 'id').replace('openapi:', '\n\nopenapi:'),
      ]),
    );
    const again = diffTables(base(), tableOf('head', moved), { nowMs: Date.parse(today), failOn: failOnByDefault });
    expect(again.changes.filter(({ section }) => section === 'policy').map(({ fingerprint }) => fingerprint)).toEqual(printsOf());
    const more = Object.fromEntries(Object.entries(raised).map(([file, text]) => [file, text.replace('6000', '7000')]));
    const other = diffTables(base(), tableOf('head', more), { nowMs: Date.parse(today), failOn: failOnByDefault });
    expect(other.changes.map(({ fingerprint }) => fingerprint)).not.toContain(printsOf()[0]);
  });
});
