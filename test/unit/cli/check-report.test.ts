import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/base/fault.ts';
import { isAllGood, makeStrict, reportJson, reportText } from '../../../src/cli/check-report.ts';

const warning: Fault = {
  file: 'zones/a.yaml',
  line: 3,
  column: 5,
  severity: 'warning',
  code: 'odd',
  record: 'www',
  type: 'A',
  message: 'looks odd',
};
const error: Fault = { ...warning, severity: 'error', code: 'bad', record: '', type: null };
const file = { path: 'zones/a.yaml', zone: 'a.', faults: [warning] };

describe('the report of check', () => {
  it('has exactly the promised keys in JSON', () => {
    expect(JSON.parse(reportJson([file, { path: 'geo-data/regions.yaml', zone: null, faults: [] }]))).toEqual({
      files: [
        { path: 'zones/a.yaml', zone: 'a.', ok: true, faults: [warning] },
        { path: 'geo-data/regions.yaml', zone: null, ok: true, faults: [] },
      ],
    });
  });

  it('is not ok exactly when there is an error', () => {
    expect(isAllGood([file])).toBe(true);
    expect(isAllGood([file, { ...file, faults: [warning, error] }])).toBe(false);
    expect(JSON.parse(reportJson([{ ...file, faults: [error] }])).files[0].ok).toBe(false);
  });

  it('takes warnings for errors when strict', () => {
    expect(isAllGood([makeStrict(file)])).toBe(false);
    expect(makeStrict({ ...file, faults: [] }).faults).toEqual([]);
  });

  it('gives people a line for each fault that editors can jump to, and a summary', () => {
    expect(reportText([{ ...file, faults: [warning, error] }])).toBe(
      'zones/a.yaml:3:5: warning: www A: looks odd [odd]\nzones/a.yaml:3:5: error: @: looks odd [bad]\nchecked 1 file: 1 error, 1 warning\n',
    );
    expect(reportText([])).toBe('checked no files: no errors, no warnings\n');
  });

  it('lets no text of a file reach the terminal as a control sequence', () => {
    expect(reportText([{ ...file, faults: [{ ...warning, message: 'a\u001b[2Jb' }] }])).not.toContain('\u001b');
  });
});
