import { describe, expect, it } from 'vitest';
import { FAULTS_PER_FILE_MAX } from '../../../src/base/limits.ts';
import { MasterFaults, NO_SUBJECT } from '../../../src/zone/master-faults.ts';

const at = (file: string, line: number) => ({ file, line, column: 1 });

describe('MasterFaults', () => {
  it('lists by place, the main file first and the others in the order of their first fault', () => {
    const faults = new MasterFaults();
    faults.add('warning', 'w', at('inc', 1), NO_SUBJECT, 'm');
    faults.add('warning', 'v', at('main', 9), NO_SUBJECT, 'm');
    expect(faults.hasErrors).toBe(false);
    faults.add('error', 'e', at('main', 3), { record: 'a', type: 'A' }, 'm');
    expect(faults.list('main').map((fault) => fault.code)).toEqual(['e', 'v', 'w']);
    expect(faults.list('main')[0]).toEqual({
      ...at('main', 3),
      severity: 'error',
      code: 'e',
      record: 'a',
      type: 'A',
      message: 'm',
    });
    expect(faults.hasErrors).toBe(true);
  });

  it('keeps a bounded number, drops warnings first, and counts the rest', () => {
    const faults = new MasterFaults();
    for (let i = 0; i < FAULTS_PER_FILE_MAX; i++) faults.add('warning', 'w', at('z', i), NO_SUBJECT, 'm');
    for (let i = 0; i < 10; i++) faults.add('error', 'e', at('z', i), NO_SUBJECT, 'm');
    const list = faults.list('z');
    expect(list).toHaveLength(FAULTS_PER_FILE_MAX + 1);
    expect(list.filter((fault) => fault.code === 'e')).toHaveLength(10);
    expect(list.at(-1)).toMatchObject({
      code: 'more-faults',
      severity: 'warning',
      message: expect.stringMatching(/^10 more/),
    });
    for (let i = 0; i < FAULTS_PER_FILE_MAX; i++) faults.add('error', 'e', at('z', i), NO_SUBJECT, 'm');
    expect(faults.list('z').at(-1)).toMatchObject({ code: 'more-faults', severity: 'error' });
  });
});
