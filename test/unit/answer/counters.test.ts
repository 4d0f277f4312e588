import { describe, expect, it } from 'vitest';
import {
  Counter,
  createCounters,
  reportCounters,
  scopeWord,
  typeWord,
  zoneWord,
} from '../../../src/answer/counters.ts';
import { Transport } from '../../../src/answer/transaction.ts';
import { ZONES_COUNTED_MAX } from '../../../src/base/limits.ts';
import { RRType } from '../../../src/wire/codes.ts';

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

  it('know types by name, scopes by length and zones up to their limit', () => {
    const words = createCounters();
    for (const type of [RRType.A, RRType.CAA, RRType.HINFO, 65_535, 0]) words[typeWord(type)]!++;
    for (const bits of [0, 1, 8, 9, 32]) words[scopeWord(4, bits)]!++;
    for (const bits of [0, 48, 56, 128]) words[scopeWord(6, bits)]!++;
    const { types, scopes } = reportCounters(words);
    expect(types).toMatchObject({ A: 1, CAA: 1, other: 3, AAAA: 0 });
    expect(scopes.ipv4).toEqual({ '0': 1, '1-8': 2, '9-16': 1, '17-24': 0, '25-32': 1 });
    expect(scopes.ipv6).toMatchObject({ '0': 1, '33-48': 1, '49-64': 1, '113-128': 1 });
    const all = [zoneWord(-1), zoneWord(0), zoneWord(ZONES_COUNTED_MAX - 1), zoneWord(ZONES_COUNTED_MAX)];
    expect(new Set(all).size).toBe(4);
    expect(zoneWord(ZONES_COUNTED_MAX + 5)).toBe(words.length - 1);
    expect(zoneWord(-1)).toBeGreaterThan(scopeWord(6, 128));
  });

  it('do not overlap', () => {
    const positions = Object.values(Counter);
    expect(new Set(positions).size).toBe(positions.length);
    expect(Math.max(...positions)).toBe(Counter.RCODE);
  });
});
