import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { jsonReport } from '../../../cli/diff/report/json.ts';
import { writeDiff } from '../../../cli/diff/report/report.ts';
import { diffSchema } from '../../../cli/diff/report/schema.ts';
import { diffed } from '../../support/diffed.ts';
import { pullRequests, shop } from '../../support/five-teams.ts';
import { sarifSchema } from '../../support/sarif-schema.ts';

describe('D13: the schema of the JSON report', () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(Object(diffSchema()));

  it.each(pullRequests)('$name fits', ({ files }) => {
    const report = JSON.parse(JSON.stringify(jsonReport(diffed(shop, files))));
    validate(report);
    expect(validate.errors).toBeNull();
  });

  it('is closed', () => {
    const report = JSON.parse(JSON.stringify(jsonReport(diffed(shop, shop))));
    expect(validate({ ...report, more: 1 })).toBe(false);
  });

  it('the SARIF of a comparison fits the schema of OASIS', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const fits = ajv.compile(Object(sarifSchema));
    const { files } = pullRequests[0] ?? { files: shop };
    fits(JSON.parse(await writeDiff(diffed(shop, files), 'sarif', { color: false, docs: false })));
    expect(fits.errors).toBeNull();
  });
});
