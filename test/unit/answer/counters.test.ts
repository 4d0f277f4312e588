import { describe, expect, it } from 'vitest';
import { Counter, createCounters, readCounters } from '../../../src/answer/counters.ts';
import { Transport } from '../../../src/answer/transaction.ts';

describe('counters', () => {
  it('are summed over workers, RCODEs by number, words as unsigned', () => {
    const [a, b] = [createCounters(), createCounters()];
    a[Counter.QUERIES + Transport.UDP] = 3;
    b[Counter.QUERIES + Transport.UDP] = 0xffffffff;
    b[Counter.RCODE + 3] = 5;
    b[Counter.QUERIES + Transport.HTTPS] = 4;
    a[Counter.RCODE + 23] = 1;
    const report = readCounters([a, b]);
    expect(report.queries).toEqual({ udp: 3 + 0xffffffff, tcp: 0, tls: 0, https: 4 });
    expect([report.rcodes[3], report.rcodes[23], report.rcodes.length]).toEqual([5, 1, 24]);
  });

  it('do not overlap', () => {
    const positions = Object.values(Counter);
    expect(new Set(positions).size).toBe(positions.length);
    expect(Math.max(...positions)).toBe(Counter.RCODE);
  });
});
