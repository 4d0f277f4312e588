import { describe, expect, it } from 'vitest';
import { type Fault, formatFault, hasError } from '../../../src/base/fault.ts';

const fault: Fault = {
  severity: 'error',
  code: 'unused-pool',
  record: 'www',
  type: 'A',
  message: 'unused pools: "x"',
  file: 'zones/a.yaml',
  line: 3,
  column: 5,
};

describe('faults', () => {
  it('print as file:line:column, which editors jump to', () => {
    expect(formatFault(fault)).toBe('zones/a.yaml:3:5: error: www A: unused pools: "x" [unused-pool]');
  });

  it('of a whole file have no line, of the apex an @', () => {
    expect(formatFault({ ...fault, line: 0, column: 0, record: null, type: null })).toBe(
      'zones/a.yaml: error: unused pools: "x" [unused-pool]',
    );
    expect(formatFault({ ...fault, record: '' })).toContain(' @ A: ');
  });

  it('are errors or not', () => {
    expect(hasError([{ ...fault, severity: 'warning' }])).toBe(false);
    expect(hasError([{ ...fault, severity: 'warning' }, fault])).toBe(true);
  });
});
