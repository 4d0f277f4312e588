import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import type { ProbeResult } from '../../../src/probe/check-attempt.ts';
import { CheckScheduler, type CheckSchedulerOptions } from '../../../src/probe/check-scheduler.ts';
import { systemClock } from '../../../src/redis/system-clock.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const OK: ProbeResult = {
  outcome: 'ok',
  reason: '',
  connectMs: 1,
  tlsMs: null,
  certificateExpiresMs: null,
  serverMs: 1,
};
const CANCELLED: ProbeResult = { ...OK, outcome: 'unknown', reason: 'cancelled' };

function checks(count: number, fields: Partial<CheckSpec> = {}): Map<string, CheckSpec> {
  const specs = Array.from({ length: count }, (_, i) => checkSpec({ ...fields, path: `/${i}` }));
  return new Map(specs.map((spec) => [spec.id, spec]));
}

/** A world of fake checks that take as long as `durationMs` says and keep count of themselves. */
function fakeWorld(durationMs: (spec: CheckSpec) => number) {
  const world = {
    starts: new Map<string, number[]>(),
    running: new Map<string, number>(),
    runningMax: 0,
    startCount: 0,
    resultCount: 0,
    twice: 0,
    runCheck: (spec: CheckSpec, signal: AbortSignal) =>
      new Promise<ProbeResult>((resolve) => {
        if (world.running.has(spec.id)) world.twice += 1;
        world.running.set(spec.id, performance.now());
        world.runningMax = Math.max(world.runningMax, world.running.size);
        world.startCount += 1;
        const starts = world.starts.get(spec.id) ?? [];
        world.starts.set(spec.id, starts);
        starts.push(performance.now());
        const end = (result: ProbeResult) => {
          clearTimeout(timer);
          world.running.delete(spec.id);
          resolve(result);
        };
        const timer = setTimeout(() => end(OK), durationMs(spec));
        signal.addEventListener('abort', () => end(CANCELLED));
      }),
  };
  return world;
}

let scheduler: CheckScheduler | null = null;

function schedule(options: Pick<CheckSchedulerOptions, 'runCheck'> & Partial<CheckSchedulerOptions>): CheckScheduler {
  scheduler = new CheckScheduler({ agentId: 'a1', clock: systemClock, onResult: () => {}, ...options });
  return scheduler;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(async () => {
  const stopped = scheduler?.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
  vi.useRealTimers();
});

describe('check scheduler', () => {
  it('counts slots by the clock that agents share, once it is known, however wrong its own is', async () => {
    const slots: number[][] = [];
    for (const wrongMs of [0, 1_237_500]) {
      const world = fakeWorld(() => 3);
      const clock = { wallMs: () => Date.now() + wrongMs, monotonicMs: () => performance.now() };
      const running = schedule({ runCheck: world.runCheck, clock });
      running.setChecks(checks(20));
      running.start();
      running.setPeers(['a2', 'a3']);
      await vi.advanceTimersByTimeAsync(7_000);
      running.setSharedClock(Date.now() + 40, performance.now());
      await vi.advanceTimersByTimeAsync(20_000);
      slots.push([...world.starts.values()].map((starts) => (Date.now() - performance.now() + starts.at(-1)!) % 5_000));
      await Promise.all([running.stop(), vi.advanceTimersByTimeAsync(20)]);
    }
    for (const [i, slot] of slots[0]!.entries()) {
      const apart = Math.abs(slot - slots[1]![i]!);
      // Twice the jitter of 250.
      expect(Math.min(apart, 5_000 - apart)).toBeLessThan(520);
    }
  });

  it('runs each check once an interval, five per cent off its slot at most', async () => {
    const world = fakeWorld(() => 10);
    const set = checks(50);
    const running = schedule(world);
    running.setChecks(set);
    running.start();
    await vi.advanceTimersByTimeAsync(60_000);
    for (const id of set.keys()) {
      const starts = world.starts.get(id)!;
      expect(starts.length).toBeGreaterThanOrEqual(12);
      expect(starts.length).toBeLessThanOrEqual(13);
      for (let i = 2; i < starts.length; i++) {
        expect(starts[i]! - starts[i - 1]!).toBeGreaterThan(5_000 * 0.9 - 10);
        expect(starts[i]! - starts[i - 1]!).toBeLessThan(5_000 * 1.1 + 10);
      }
      // The slots do not wander.
      expect(Math.abs(starts.at(-1)! - starts[1]! - (starts.length - 2) * 5_000)).toBeLessThan(520);
    }
  });

  it('starts a small set at once, and spreads it over the interval afterwards', async () => {
    const world = fakeWorld(() => 10);
    const running = schedule(world);
    running.setChecks(checks(100));
    running.start();
    await vi.advanceTimersByTimeAsync(120);
    expect(world.startCount).toBe(100);
    await vi.advanceTimersByTimeAsync(10_000 - 120);
    const perHalfSecond = new Array<number>(10).fill(0);
    for (const starts of world.starts.values()) perHalfSecond[Math.floor((starts[2]! % 5_000) / 500)]! += 1;
    for (const count of perHalfSecond) expect(count).toBeLessThan(25);
  });

  it('spreads the agents of one endpoint', async () => {
    const set = checks(1);
    const [id] = set.keys();
    const perThird = [0, 0, 0];
    for (const agentId of Array.from({ length: 60 }, (_, i) => `agent-${i}`)) {
      const world = fakeWorld(() => 10);
      const running = schedule({ ...world, agentId });
      running.setChecks(set);
      running.start();
      await vi.advanceTimersByTimeAsync(12_000);
      const startedWallMs = Date.now() - performance.now() + world.starts.get(id!)![1]!;
      perThird[Math.floor((startedWallMs % 5_000) / 1_667)]! += 1;
      const stopped = running.stop();
      await vi.advanceTimersByTimeAsync(20);
      await stopped;
    }
    for (const count of perThird) expect(count).toBeGreaterThan(10);
  });

  it('spreads the agents that know of each other evenly, at any check', async () => {
    const set = checks(20);
    const names = ['a', 'b', 'c', 'd', 'e'];
    const slots = new Map<string, number[]>();
    for (const agentId of names) {
      const world = fakeWorld(() => 10);
      const running = schedule({ ...world, agentId });
      running.setChecks(set);
      running.start();
      await vi.advanceTimersByTimeAsync(7_000);
      running.setPeers(names.filter((name) => name !== agentId));
      await vi.advanceTimersByTimeAsync(20_000);
      for (const [id, starts] of world.starts) {
        const startedWallMs = Date.now() - performance.now() + starts.at(-1)!;
        slots.set(id, [...(slots.get(id) ?? []), startedWallMs % 5_000]);
        // Going over to the new slots, no run was left out or crowded.
        for (let i = 2; i < starts.length; i++) {
          expect(starts[i]! - starts[i - 1]!).toBeGreaterThan(2_000);
          expect(starts[i]! - starts[i - 1]!).toBeLessThan(8_000);
        }
      }
      const stopped = running.stop();
      await vi.advanceTimersByTimeAsync(20);
      await stopped;
    }
    for (const times of slots.values()) {
      const sorted = times.toSorted((x, y) => x - y);
      const gaps = sorted.map((time, i) => (i === 0 ? time + 5_000 - sorted.at(-1)! : time - sorted[i - 1]!));
      // A thousand, and twice the jitter of 250.
      expect(Math.max(...gaps)).toBeLessThan(1_520);
    }
  });

  it('runs a check out of turn when asked, after the run under way, once an interval', async () => {
    const world = fakeWorld(() => 300);
    const set = checks(1);
    const [id] = set.keys();
    const running = schedule(world);
    expect(running.hurry(id!, true)).toBe(false);
    running.setChecks(set);
    running.start();
    await vi.advanceTimersByTimeAsync(120);
    expect(running.hurry(id!, true)).toBe(true);
    expect(running.hurry(id!, true)).toBe(false);
    expect(running.hurry('nobody', true)).toBe(false);
    await vi.advanceTimersByTimeAsync(300);
    const starts = world.starts.get(id!)!;
    expect(starts).toHaveLength(2);
    expect(starts[1]! - starts[0]!).toBe(300);
    expect(world.twice).toBe(0);
  });

  it('confirms by itself a quarter of a second after the start of the last run', async () => {
    const world = fakeWorld(() => 10);
    const set = checks(1);
    const [id] = set.keys();
    const running: CheckScheduler = schedule({ ...world, onResult: () => running.hurry(id!, false) });
    running.setChecks(set);
    running.start();
    await vi.advanceTimersByTimeAsync(1_000);
    const starts = world.starts.get(id!)!;
    expect(starts.length).toBeGreaterThanOrEqual(3);
    for (let i = 1; i < 3; i++) {
      expect(starts[i]! - starts[i - 1]!).toBeGreaterThanOrEqual(250);
      expect(starts[i]! - starts[i - 1]!).toBeLessThan(260);
    }
  });

  it('holds the bound on concurrency and never runs a check twice at once: 1,000 checks, 12 rounds', async () => {
    const random = new RandomStream(1);
    const world = fakeWorld(() => (random.nextBelow(10) === 0 ? 7_000 : random.nextBelow(1_500)));
    const running = schedule({ ...world, concurrencyMax: 300 });
    running.setChecks(checks(1_000));
    running.start();
    for (let second = 0; second < 60; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      const stats = running.stats();
      expect(stats.running).toBe(world.running.size);
      expect(stats.running + stats.waiting).toBeLessThanOrEqual(1_000);
    }
    expect(world.runningMax).toBeLessThanOrEqual(300);
    expect(world.twice).toBe(0);
    expect(world.startCount).toBe(running.stats().started);
    for (const starts of world.starts.values()) expect(starts.length).toBeGreaterThanOrEqual(6);
    expect(world.starts.size).toBe(1_000);
  });

  it('makes up for want of room in the order of the due times, and tells the lag', async () => {
    const world = fakeWorld(() => 1_000);
    const running = schedule({ ...world, concurrencyMax: 2 });
    running.setChecks(checks(20));
    running.start();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(world.runningMax).toBe(2);
    // Twenty seconds for a round that should take five: everybody has had a turn, nobody two.
    expect(world.starts.size).toBe(20);
    for (const starts of world.starts.values()) expect(starts.length).toBeLessThanOrEqual(4);
    expect(running.stats()).toMatchObject({ running: 2 });
    expect(running.stats().lagMsMax).toBeGreaterThan(4_000);
    expect(running.stats().skipped).toBeGreaterThan(20);
  });

  it('passes over slots missed by a stall instead of making up for them', async () => {
    const world = fakeWorld(() => 10);
    let stallMs = 0;
    const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() + stallMs };
    const running = schedule({ ...world, clock });
    running.setChecks(checks(10));
    running.start();
    await vi.advanceTimersByTimeAsync(20_000);
    const before = world.startCount;
    stallMs = 3_600_000;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(world.startCount - before).toBeLessThanOrEqual(30);
    expect(world.startCount - before).toBeGreaterThanOrEqual(10);
  });

  it('replaces the set while running: the kept go on in their slots, the new start, the dropped end unheard', async () => {
    const world = fakeWorld(() => 400);
    const results = new Map<string, number>();
    const onResult = (spec: CheckSpec) => results.set(spec.id, (results.get(spec.id) ?? 0) + 1);
    const running = schedule({ ...world, onResult });
    const all = [...checks(30)];
    running.setChecks(new Map(all.slice(0, 20)));
    running.start();
    await vi.advanceTimersByTimeAsync(200);
    running.setChecks(new Map(all.slice(10)));
    await vi.advanceTimersByTimeAsync(0);
    expect([...world.running.keys()].some((id) => all.slice(0, 10).some(([dropped]) => dropped === id))).toBe(false);
    await vi.advanceTimersByTimeAsync(15_000);
    for (const [id] of all.slice(0, 10)) {
      expect(results.has(id)).toBe(false);
      expect(world.starts.get(id)).toHaveLength(1);
    }
    for (const [id] of all.slice(10)) expect(results.get(id)).toBeGreaterThanOrEqual(3);
    expect(running.stats().checks).toBe(20);
  });

  it('takes a check back that was dropped a moment ago, without running it twice at once', async () => {
    const world = fakeWorld(() => 400);
    // Sockets take a moment to close.
    const runCheck = async (spec: CheckSpec, signal: AbortSignal) => {
      const result = await world.runCheck(spec, signal);
      world.running.set(spec.id, 0);
      await new Promise((resolve) => setTimeout(resolve, 300));
      world.running.delete(spec.id);
      return result;
    };
    const running = schedule({ runCheck });
    const set = checks(3);
    running.setChecks(set);
    running.start();
    await vi.advanceTimersByTimeAsync(150);
    running.setChecks(new Map());
    running.setChecks(set);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(world.twice).toBe(0);
    for (const starts of world.starts.values()) expect(starts.length).toBeGreaterThanOrEqual(3);
  });

  it('turns a check that throws into an unknown result', async () => {
    const results: ProbeResult[] = [];
    const runCheck = () => Promise.reject(new Error('broken'));
    const running = schedule({ runCheck, onResult: (_, result) => results.push(result) });
    running.setChecks(checks(1));
    running.start();
    await vi.advanceTimersByTimeAsync(120);
    expect(results).toMatchObject([{ outcome: 'unknown', reason: 'agent cannot check: broken' }]);
  });

  it('stops clean: all checks ended, none told of, no timer left', async () => {
    const world = fakeWorld(() => 4_000);
    let told = 0;
    const running = schedule({
      ...world,
      onResult: () => {
        told += 1;
      },
    });
    running.setChecks(checks(200));
    running.start();
    await vi.advanceTimersByTimeAsync(300);
    expect(world.running.size).toBe(200);
    await running.stop();
    expect(world.running.size).toBe(0);
    expect(told).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
