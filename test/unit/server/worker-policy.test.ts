import { describe, expect, it } from 'vitest';
import { createLivePolicy, isHeld, setHeld } from '../../../src/answer/live-policy.ts';
import { RateKind, RateVerdict } from '../../../src/answer/rate-limit.ts';
import { type IpPrefix, parseIpPrefix } from '../../../src/base/ip-prefix.ts';
import type { RateLimitOptions, ServeOptions } from '../../../src/server/serve-options.ts';
import { openPolicy, renewPolicy, workerPolicy } from '../../../src/server/worker-policy.ts';

const OFF: RateLimitOptions = {
  mode: 'off',
  perSecond: 40,
  slip: 2,
  exempt: [parseIpPrefix('192.0.2.0/24') as IpPrefix],
};

function inWorker(rateLimit: RateLimitOptions, live = createLivePolicy()) {
  const options: Partial<ServeOptions> = {
    serverId: 'fra1',
    serverVersion: null,
    explainFrom: OFF.exempt,
    workers: 4,
    rateLimit,
  };
  return openPolicy(structuredClone(workerPolicy(options as ServeOptions, live.buffer)));
}

describe('the policy of a node in its workers', () => {
  it('is plain data, its live part shared memory', () => {
    const live = createLivePolicy();
    const policy = inWorker(OFF, live);
    expect([policy.serverId, policy.version]).toEqual([Uint8Array.of(0x66, 0x72, 0x61, 0x31), null]);
    expect(policy.explainFrom).toEqual(OFF.exempt);
    setHeld(live, true);
    expect(isHeld(policy.live)).toBe(true);
  });

  it('limits rates in each to its share, unless that is off', () => {
    expect(inWorker(OFF).rateLimit).toBeNull();
    const sentOf = (mode: RateLimitOptions['mode'], address: number) => {
      const { rateLimit } = inWorker({ ...OFF, mode });
      const words = Uint32Array.of(address, 0, 0, 0);
      const verdicts = Array.from({ length: 50 }, () => rateLimit!.take(4, words, 0, 1, RateKind.ANSWER, 60, 0));
      return [RateVerdict.SEND, RateVerdict.WOULD_LIMIT].map((wanted) => verdicts.filter((v) => v === wanted).length);
    };
    expect(sentOf('on', 0xc6336401)).toEqual([10, 0]);
    expect(sentOf('log-only', 0xc6336401)).toEqual([10, 40]);
    expect(sentOf('on', 0xc0000201)).toEqual([50, 0]);
  });

  it('takes another limit of rates while it is in force', () => {
    const policy = inWorker(OFF);
    const next = { workers: 4, rateLimit: OFF } as Partial<ServeOptions> as ServeOptions;
    renewPolicy(policy, workerPolicy(next, createLivePolicy().buffer, { ...OFF, mode: 'on', perSecond: 8 }));
    const words = Uint32Array.of(0xc6336401, 0, 0, 0);
    const verdicts = Array.from({ length: 9 }, () => policy.rateLimit!.take(4, words, 0, 1, RateKind.ANSWER, 60, 0));
    expect(verdicts.filter((verdict) => verdict === RateVerdict.SEND).length).toBe(2);
    renewPolicy(policy, workerPolicy(next, createLivePolicy().buffer));
    expect(policy.rateLimit).toBeNull();
  });
});
