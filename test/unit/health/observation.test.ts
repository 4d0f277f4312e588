import { describe, expect, it } from 'vitest';
import {
  type CheckResult,
  FAILING_MAX,
  newObservation,
  type Observation,
  observe,
} from '../../../src/health/observation.ts';

const good: CheckResult = { ok: true, reason: 'HTTP 200', connectMs: null, serverMs: null };
const bad: CheckResult = { ok: false, reason: 'timeout', connectMs: null, serverMs: null };

/** Feeds one result a second, `+` good and `-` bad; the states as `u` and `d`, one for each. */
function statesOf(results: string, spec: { rise: number; fall: number }): string {
  let observation = newObservation(0);
  let states = '';
  for (const [i, result] of [...results].entries()) {
    const before = observation.state;
    const step = observe(observation, result === '+' ? good : bad, spec, (i + 1) * 1000);
    observation = step.observation;
    expect(step.changed).toBe(observation.state !== before);
    expect(observation.seq).toBe(i + 1);
    states += observation.state === 'up' ? 'u' : 'd';
  }
  return states;
}

describe('observe', () => {
  it('sets the state by the first result', () => {
    expect(newObservation(0).state).toBe('unknown');
    expect(statesOf('+', { rise: 5, fall: 5 })).toBe('u');
    expect(statesOf('-', { rise: 5, fall: 5 })).toBe('d');
  });

  it('counts failures in a row in every state, up to a bound', () => {
    let observation = newObservation(0);
    const after = (result: CheckResult) => {
      observation = observe(observation, result, { rise: 2, fall: 2 }, 1000).observation;
      return observation.failing;
    };
    expect([good, bad, bad, bad, good, bad].map(after)).toEqual([0, 1, 2, 3, 0, 1]);
    for (let i = 0; i < 1000; i++) after(bad);
    expect(observation.failing).toBe(FAILING_MAX);
  });

  it('goes down after `fall` failures', () => {
    expect(statesOf('+---', { rise: 2, fall: 3 })).toBe('uuud');
    expect(statesOf('+-', { rise: 1, fall: 1 })).toBe('ud');
  });

  it('counts failures that are not in a row, as long as no `rise` successes stand between them', () => {
    expect(statesOf('+-+-', { rise: 2, fall: 2 })).toBe('uuud');
    expect(statesOf('+-++-', { rise: 2, fall: 2 })).toBe('uuuuu');
    expect(statesOf('+-++--', { rise: 2, fall: 2 })).toBe('uuuuud');
    expect(statesOf('+-+-+-', { rise: 3, fall: 3 })).toBe('uuuuud');
  });

  it('comes up after `rise` successes in a row', () => {
    expect(statesOf('-++', { rise: 2, fall: 2 })).toBe('ddu');
    expect(statesOf('-+-++', { rise: 2, fall: 2 })).toBe('ddddu');
    expect(statesOf('-+', { rise: 1, fall: 1 })).toBe('du');
  });

  it('forgets the failures of before once it is up again', () => {
    expect(statesOf('+--++-', { rise: 2, fall: 2 })).toBe('uudduu');
    expect(statesOf('+--+++--', { rise: 2, fall: 2 })).toBe('uudduuud');
  });

  it('keeps the reason of the last result that agrees with the state', () => {
    const spec = { rise: 2, fall: 2 };
    let { observation } = observe(newObservation(0), good, spec, 1000);
    observation = observe(observation, { ...bad, reason: 'first' }, spec, 2000).observation;
    expect(observation).toMatchObject({ state: 'up', reason: 'HTTP 200', sinceMs: 1000, failures: 1 });
    observation = observe(observation, { ...bad, reason: 'second' }, spec, 3000).observation;
    expect(observation).toMatchObject({ state: 'down', reason: 'second', sinceMs: 3000 });
    observation = observe(observation, good, spec, 4000).observation;
    expect(observation).toMatchObject({ state: 'down', reason: 'second', sinceMs: 3000, lastMs: 4000 });
  });

  it('leaves the observation it was given as it was', () => {
    const before = Object.freeze(newObservation(0));
    observe(before, good, { rise: 1, fall: 1 }, 5);
    expect(before).toEqual(newObservation(0));
  });
});

describe('the times', () => {
  const spec = { rise: 2, fall: 2 };
  const timed = (connectMs: number | null, serverMs: number | null = null) => ({ ...good, connectMs, serverMs });
  const afterSamples = (samples: (number | null)[], stepMs: number): Observation => {
    let observation = newObservation(0);
    for (const [i, sample] of samples.entries())
      observation = observe(observation, timed(sample, sample), spec, (i + 1) * stepMs).observation;
    return observation;
  };

  it('begin with the first sample, and half of it as deviation', () => {
    expect(afterSamples([20], 5000)).toMatchObject({ connectMs: 20, connectDevMs: 10, serverMs: 20 });
    expect(newObservation(0)).toMatchObject({ connectMs: null, connectDevMs: null, serverMs: null });
  });

  it('ignore one delayed packet: the least of three samples counts', () => {
    expect(afterSamples([20, 20, 20, 3000, 20, 20], 5000).connectMs).toBeCloseTo(20, 9);
  });

  it('follow a lasting change with a time constant of a minute, however long the interval', () => {
    for (const stepMs of [1000, 5000, 20_000]) {
      const before = Array.from({ length: 10 }, () => 20);
      const count = 60_000 / stepMs + 2;
      const slower = afterSamples([...before, ...Array.from({ length: count }, () => 120)], stepMs);
      // The first two slow samples are held back by the minimum of three; then one time constant: 1 - 1/e of the way.
      expect(slower.connectMs).toBeGreaterThan(20 + 100 * 0.6);
      expect(slower.connectMs).toBeLessThan(20 + 100 * 0.66);
    }
  });

  it('let the deviation shrink while the samples agree', () => {
    const steady = afterSamples(
      Array.from({ length: 100 }, () => 20),
      5000,
    );
    expect(steady.connectMs).toBeCloseTo(20, 9);
    expect(steady.connectDevMs).toBeLessThan(0.01);
  });

  it('stay when a result has none, and count those of failures', () => {
    expect(afterSamples([20, null], 5000)).toMatchObject({ connectMs: 20, serverMs: 20 });
    const failed = observe(newObservation(0), { ...bad, connectMs: 7, serverMs: 9 }, spec, 1).observation;
    expect(failed).toMatchObject({ connectMs: 7, serverMs: 9 });
  });
});
