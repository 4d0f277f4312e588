import { describe, expect, it } from 'vitest';
import { RateKind, RateLimit, type RateLimitInput, RateVerdict } from '../../../src/answer/rate-limit.ts';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { type IpPrefix, parseIpPrefix } from '../../../src/base/ip-prefix.ts';
import { RandomStream } from '../../../src/base/random.ts';

const { SEND, WOULD_LIMIT, DROP, SLIP } = RateVerdict;
const { ANSWER, NXDOMAIN } = RateKind;

function limit(input: Partial<RateLimitInput> = {}, buckets?: number): RateLimit {
  return new RateLimit({ isEnforced: true, perSecond: 10, slip: 2, exempt: [], keys: [1, 2], ...input }, buckets);
}

type Asked = { client?: string; zone?: number; node?: number; kind?: number; octets?: number; nowMs?: number };

function take(rates: RateLimit, asked: Asked = {}): number {
  const { family, words } = parseIpAddress(asked.client ?? '198.51.100.1')!;
  const { zone = 0, node = 5, kind = ANSWER, octets = 100, nowMs = 0 } = asked;
  return rates.take(family, words, zone, node, kind, octets, nowMs);
}

/** How many of `count` answers at one moment are sent whole. */
function sent(rates: RateLimit, count: number, asked: Asked = {}): number {
  let whole = 0;
  for (let i = 0; i < count; i++) if (take(rates, asked) === SEND) whole++;
  return whole;
}

describe('RateLimit', () => {
  it('sends a second of answers at once, then as many a second as the limit says', () => {
    const rates = limit();
    expect(sent(rates, 10)).toBe(10);
    expect(sent(rates, 1)).toBe(0);
    const slow = limit();
    let whole = 0;
    for (let nowMs = 0; nowMs < 60_000; nowMs += 100) whole += sent(slow, 1, { nowMs });
    expect(whole).toBe(600);
  });

  it('sends hardly anything to who stays over the limit, and everything five seconds after it has stopped', () => {
    const rates = limit();
    let whole = 0;
    for (let nowMs = 0; nowMs < 60_000; nowMs += 20) whole += sent(rates, 1, { nowMs });
    expect(whole).toBeLessThanOrEqual(15);
    expect(sent(rates, 1, { nowMs: 63_900 })).toBe(0);
    expect(sent(rates, 20, { nowMs: 65_000 })).toBe(10);
  });

  it('counts a network as one, and others apart: IPv4 /24, IPv6 /56', () => {
    const rates = limit();
    expect(sent(rates, 20, { client: '198.51.100.1' })).toBe(10);
    expect(sent(rates, 20, { client: '198.51.100.255' })).toBe(0);
    expect(sent(rates, 20, { client: '198.51.101.1' })).toBe(10);
    expect(sent(rates, 20, { client: '2001:db8:0:ff::1' })).toBe(10);
    expect(sent(rates, 20, { client: '2001:db8:0:1::1' })).toBe(0);
    expect(sent(rates, 20, { client: '2001:db8:0:100::1' })).toBe(10);
    // An IPv6 address that begins as an IPv4 one is another client.
    expect(sent(rates, 20, { client: 'c633:6400::' })).toBe(10);
  });

  it('counts names, zones and kinds of answers apart', () => {
    const rates = limit();
    for (const asked of [{}, { node: 6 }, { zone: 1 }, { kind: NXDOMAIN }, { zone: -1, node: 0 }]) {
      expect(sent(rates, 20, asked)).toBe(10);
    }
  });

  it('charges large answers by their size', () => {
    expect(sent(limit(), 20, { octets: 255 })).toBe(10);
    expect(sent(limit(), 20, { octets: 256 })).toBe(5);
    expect(sent(limit(), 20, { octets: 1232 })).toBe(2);
  });

  it('lets each second answer over the limit slip, or as configured', () => {
    const over = (slip: number) => {
      const rates = limit({ slip });
      sent(rates, 10);
      return Array.from({ length: 6 }, () => take(rates));
    };
    expect(over(2)).toEqual([SLIP, DROP, SLIP, DROP, SLIP, DROP]);
    expect(over(1)).toEqual([SLIP, SLIP, SLIP, SLIP, SLIP, SLIP]);
    expect(over(3)).toEqual([SLIP, DROP, DROP, SLIP, DROP, DROP]);
    expect(over(0)).toEqual([DROP, DROP, DROP, DROP, DROP, DROP]);
  });

  it('only says what it would do while it is tried', () => {
    const rates = limit({ isEnforced: false });
    sent(rates, 10);
    expect([take(rates), take(rates)]).toEqual([WOULD_LIMIT, WOULD_LIMIT]);
  });

  it('never limits exempt networks', () => {
    const exempt = ['198.51.100.0/25', '2001:db8::/32'].map((text) => parseIpPrefix(text) as IpPrefix);
    const rates = limit({ exempt });
    expect(sent(rates, 50, { client: '198.51.100.1' })).toBe(50);
    expect(sent(rates, 50, { client: '2001:db8::1' })).toBe(50);
    expect(sent(rates, 50, { client: '198.51.100.200' })).toBe(0);
  });

  it('goes on when the clock wraps, and forgets times that a wrap made look new', () => {
    const rates = limit();
    const wrap = 2 ** 25;
    expect(sent(rates, 20, { nowMs: wrap - 100 })).toBe(10);
    expect(sent(rates, 20, { nowMs: wrap + 100 })).toBe(0);
    const old = limit();
    sent(old, 20, { nowMs: 0 });
    expect(sent(old, 20, { nowMs: wrap * 1.5 })).toBe(10);
  });

  it('keeps who is over the limit when there is no room for everybody', () => {
    const rates = limit({}, 64);
    sent(rates, 60);
    const random = new RandomStream(3);
    for (let i = 0; i < 10_000; i++) {
      take(rates, { client: `203.${random.nextBelow(256)}.${random.nextBelow(256)}.1`, nowMs: 1 });
    }
    expect(sent(rates, 1, { nowMs: 2 })).toBe(0);
  });

  it('spreads networks over its buckets by its key, which decides who shares one', () => {
    const crowded = (keys: readonly [number, number]) => {
      const rates = limit({ keys }, 1024);
      const limited: number[] = [];
      for (let i = 0; i < 4_000; i++) {
        const client = `10.${i >> 8}.${i & 255}.1`;
        if (sent(rates, 11, { client }) === 10) limited.push(i);
      }
      return limited;
    };
    expect(crowded([1, 2])).toHaveLength(4_000);
  });
});
