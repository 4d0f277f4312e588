import { afterEach, describe, expect, it, vi } from 'vitest';
import { Transport } from '../../../src/answer/transaction.ts';
import { createServiceTimes, reportServiceTimes, ServiceTimer } from '../../../src/server/service-times.ts';

afterEach(() => void vi.restoreAllMocks());

/** A timer for DNS over TLS in invented time. */
function timed() {
  const words = createServiceTimes();
  const time = { ms: 0 };
  const timer = new ServiceTimer(words, Transport.TLS);
  vi.spyOn(performance, 'now').mockImplementation(() => time.ms);
  const serve = (ms: number, answers = 1) => {
    timer.begin();
    time.ms += ms;
    timer.end(answers);
  };
  return { words, timer, time, serve, report: () => reportServiceTimes(words) };
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

describe('service times', () => {
  it('are of the first batch and of every 32nd after it, for all of its answers', () => {
    const { serve, report } = timed();
    serve(0.004, 10);
    expect(total(report().tls.counts)).toBe(10);
    for (let i = 0; i < 31; i++) serve(0.004, 1);
    expect(total(report().tls.counts)).toBe(10);
    serve(0.004, 5);
    expect(total(report().tls.counts)).toBe(15);
    expect(report().tls.sumMs).toBeCloseTo(15 * 0.004);
    expect(total(report().udp.counts)).toBe(0);
  });

  it('stand in the bucket of the least bound that they are within', () => {
    const { boundsMs } = timed().report().tls;
    expect([boundsMs[0], boundsMs.at(-1), boundsMs.length]).toEqual([0.001, 1_000, 19]);
    expect(boundsMs).toEqual([...boundsMs].sort((a, b) => a - b));
    const bucketOf = (ms: number) => {
      const { serve, report } = timed();
      serve(ms);
      return report().tls.counts.indexOf(1);
    };
    expect([0, 0.001, 0.0011, 1_000, 1_001].map(bucketOf)).toEqual([0, 0, 1, 18, 19]);
  });

  it('pass over a batch that was never ended', () => {
    const { timer, time, report } = timed();
    timer.begin();
    time.ms += 500;
    timer.begin();
    time.ms += 1;
    timer.end(1);
    expect(report().tls.sumMs).toBeCloseTo(1);
  });
});
