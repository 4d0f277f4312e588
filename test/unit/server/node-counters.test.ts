import { describe, expect, it } from 'vitest';
import { createCounters, reportCounters } from '../../../src/answer/counters.ts';
import { flattenCounters } from '../../../src/server/node-counters.ts';

describe('flattenCounters', () => {
  it('gives every figure one name, and no RCODE that never was', () => {
    const counters = createCounters();
    counters[0] = 5;
    const report = reportCounters(counters);
    const flat = flattenCounters({ ...report, rcodes: [4, 0, 0, 1] }, { tcpOpen: 2 });
    expect(flat).toMatchObject({ queriesUdp: 5, queriesTcp: 0, rcode0: 4, rcode3: 1, tcpOpen: 2 });
    expect(flat).not.toHaveProperty('rcode1');
    for (const value of Object.values(flat)) expect(value).toBeTypeOf('number');
  });
});
