import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProbeResult } from '../../../src/probe/check-attempt.ts';
import { systemClock } from '../../../src/redis/system-clock.ts';
import { SelfChecker, type SelfCheckerOptions } from '../../../src/server/self-checker.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {} } as unknown as SelfCheckerOptions['log'];
const result = (ok: boolean): ProbeResult => {
  return {
    outcome: ok ? 'ok' : 'failed',
    reason: '',
    connectMs: 1,
    tlsMs: null,
    certificateExpiresMs: null,
    serverMs: null,
  };
};

function world() {
  const specs = [checkSpec({ path: '/a' }), checkSpec({ path: '/b' })] as [CheckSpec, CheckSpec];
  const up = new Set(specs.map(({ id }) => id));
  const checker = new SelfChecker({
    checks: () => new Map(specs.map((spec) => [spec.id, spec])),
    clock: systemClock,
    log,
    runCheck: async (spec) => result(up.has(spec.id)),
  });
  const changed: string[] = [];
  return {
    checker,
    a: specs[0].id,
    b: specs[1].id,
    up,
    changed,
    open: () => checker.open((ids) => changed.push(...ids)),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the node's own checks", () => {
  it('begin when opened, tell what they see, and end', async () => {
    const { checker, a, b, up, changed, open } = world();
    up.delete(b);
    expect(checker.sight).toBe('untried');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(changed).toEqual([]);
    open();
    open();
    expect(checker.sight).toBe('untried');
    await vi.advanceTimersByTimeAsync(1_000);
    expect([checker.stateOf(a), checker.stateOf(b), checker.sight]).toEqual(['up', 'down', 'sees']);
    expect(changed.toSorted()).toEqual([a, b].toSorted());
    checker.close();
    await vi.advanceTimersByTimeAsync(100);
    expect([checker.stateOf(a), checker.sight]).toEqual(['unknown', 'untried']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are patient: three failures, and blind when nothing is well', async () => {
    const { checker, a, up, open } = world();
    open();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(checker.sight).toBe('sees');
    up.clear();
    // The second failure follows the first at once, the third after an interval: 5 s, whatever the phase.
    await vi.advanceTimersByTimeAsync(4_900);
    expect(checker.stateOf(a)).toBe('up');
    await vi.advanceTimersByTimeAsync(10_000);
    expect([checker.stateOf(a), checker.sight]).toEqual(['down', 'blind']);
    up.add(a);
    await vi.advanceTimersByTimeAsync(15_000);
    expect([checker.stateOf(a), checker.sight]).toEqual(['up', 'sees']);
    checker.close();
    await vi.advanceTimersByTimeAsync(100);
  });
});
