import { describe, expect, it } from 'vitest';
import { Counter, createCounters, reportCounters } from '../../../src/answer/counters.ts';
import { Transport } from '../../../src/answer/transaction.ts';

describe('counters', () => {
  it('are told by name, RCODEs by number', () => {
    const words = createCounters();
    words[Counter.QUERIES + Transport.UDP] = 0xffffffff;
    words[Counter.QUERIES + Transport.HTTPS] = 4;
    words[Counter.RCODE + 3] = 5;
    words[Counter.RCODE + 23] = 1;
    const report = reportCounters(words);
    expect(report.queries).toEqual({ udp: 0xffffffff, tcp: 0, tls: 0, https: 4 });
    expect([report.rcodes[3], report.rcodes[23], report.rcodes.length]).toEqual([5, 1, 24]);
  });

  it('do not overlap', () => {
    const positions = Object.values(Counter);
    expect(new Set(positions).size).toBe(positions.length);
    expect(Math.max(...positions)).toBe(Counter.RCODE);
  });
});
