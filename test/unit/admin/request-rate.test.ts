import { describe, expect, it } from 'vitest';
import { RequestRate } from '../../../src/admin/request-rate.ts';
import { ADMIN_CLIENTS_MAX, ADMIN_REQUESTS_BURST, ADMIN_REQUESTS_PER_SECOND } from '../../../src/base/limits.ts';

function rated() {
  const time = { ms: 0 };
  const rate = new RequestRate(() => time.ms);
  /** How many requests pass at once. */
  const exhaust = (address: string) => {
    let passed = 0;
    while (rate.take(address) === 0) passed++;
    return passed;
  };
  return { time, rate, exhaust };
}

describe('the rate of requests', () => {
  it('lets a burst pass, then so many a second, and says when to come again', () => {
    const { time, rate, exhaust } = rated();
    expect(exhaust('192.0.2.1')).toBe(ADMIN_REQUESTS_BURST);
    expect(rate.take('192.0.2.1')).toBe(1);
    expect(rate.take('192.0.2.1', 3 * ADMIN_REQUESTS_PER_SECOND)).toBe(3);
    time.ms += 1_000;
    expect(exhaust('192.0.2.1')).toBe(ADMIN_REQUESTS_PER_SECOND);
    time.ms += 3_600_000;
    expect(exhaust('192.0.2.1')).toBe(ADMIN_REQUESTS_BURST);
  });

  it('is that of each client alone: an IPv4 address, written either way, or an IPv6 /64', () => {
    const { rate, exhaust } = rated();
    exhaust('192.0.2.1');
    expect(rate.take('::ffff:192.0.2.1')).toBe(1);
    expect(rate.take('192.0.2.2')).toBe(0);
    exhaust('2001:db8::1');
    expect(rate.take('2001:db8::ffff:1')).toBe(1);
    expect(rate.take('2001:db8:0:1::1')).toBe(0);
  });

  it('can be charged for what was refused, down to nothing', () => {
    const { rate, exhaust } = rated();
    rate.charge('192.0.2.1', ADMIN_REQUESTS_BURST - 5);
    expect(exhaust('192.0.2.1')).toBe(5);
    rate.charge('192.0.2.1', 100);
    expect(rate.take('192.0.2.1')).toBe(1);
  });

  it('forgets who was not heard of longest when there are too many', () => {
    const { rate, exhaust } = rated();
    exhaust('10.9.9.9');
    exhaust('10.9.9.8');
    for (let i = 0; i < ADMIN_CLIENTS_MAX - 2; i++) rate.take(`10.0.${i >> 8}.${i & 255}`);
    expect(rate.take('10.9.9.8')).toBe(1);
    rate.take('10.9.9.7');
    expect(rate.take('10.9.9.9')).toBe(0);
    expect(rate.take('10.9.9.8')).toBe(1);
  });
});
