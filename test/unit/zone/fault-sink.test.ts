import { describe, expect, it } from 'vitest';
import { FAULT_MESSAGE_CHARS_MAX, FAULTS_PER_FILE_MAX } from '../../../src/base/limits.ts';
import { createFaultSink } from '../../../src/zone/fault-sink.ts';

const place = { file: 'f', line: 1, column: 2 };

describe('a sink of faults', () => {
  it('keeps what it is told in order, and counts errors', () => {
    const sink = createFaultSink();
    sink.warn('a', 'one', place);
    sink.error('b', 'two', place, { record: 'www', type: 'A' });
    expect(sink.errorCount).toBe(1);
    expect(sink.faults()).toEqual([
      { severity: 'warning', code: 'a', record: null, type: null, message: 'one', ...place },
      { severity: 'error', code: 'b', record: 'www', type: 'A', message: 'two', ...place },
    ]);
  });

  it('cuts a message that is as long as what it quotes', () => {
    const sink = createFaultSink();
    for (const extra of [0, 1]) sink.warn('a', 'x'.repeat(FAULT_MESSAGE_CHARS_MAX + extra), place);
    const x = 'x'.repeat(FAULT_MESSAGE_CHARS_MAX);
    expect(sink.faults().map(({ message }) => message)).toEqual([x, `${x}…`]);
  });

  it('keeps a bounded number and never forgets that there was an error', () => {
    const sink = createFaultSink();
    for (let i = 0; i < FAULTS_PER_FILE_MAX; i++) sink.warn('a', 'w', place);
    sink.error('b', 'the one that matters', place);
    const faults = sink.faults();
    expect(faults.length).toBe(FAULTS_PER_FILE_MAX + 1);
    expect(faults.at(-1)).toMatchObject({ severity: 'error', code: 'faults-cut' });
  });
});
