import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndpointLoad } from '../../../src/health/endpoint-load.ts';
import { isCorrecting, type ServiceCondition, WeightCorrections } from '../../../src/health/weight-corrections.ts';
import type { Balance } from '../../../src/zone/zone-model.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

type Told = {
  readonly [name: string]: unknown;
  readonly responseMs?: number;
  readonly standing?: EndpointLoad['standing'];
};

const UNSAID = {
  current: null,
  target: null,
  max: null,
  utilisation: null,
  requestsPerSecond: null,
  errorsPerSecond: null,
  validSeconds: 60,
};

/** One record of endpoints e0, e1 … in one pool, which time passes for in steps of two seconds. */
function world(balance: Balance, told: Told[], weights: readonly number[] = []) {
  const specs = told.map((_, i) => endpointSpec(`e${i}`, { balance, weight: weights[i] ?? 1 }));
  const corrections = new WeightCorrections();
  const conditions: ServiceCondition[] = told.map(() => 'settled');
  let nowMs = 0;
  const loadOf = (check: string): EndpointLoad => {
    const { responseMs = null, standing = 'used', ...report } = told[Number(check.slice('check:e'.length))]!;
    const isReported = Object.keys(report).length > 0;
    const source = isReported ? 'push' : null;
    return { report: isReported ? { ...UNSAID, ...report } : null, source, ageMs: 0, standing, responseMs };
  };
  const pass = (seconds: number) => {
    let moves = 0;
    for (const end = nowMs + seconds * 1000; nowMs < end; ) {
      nowMs += 2_000;
      const record = specs.map((spec, i) => ({ spec, condition: conditions[i]! }));
      if (corrections.move(record, loadOf, nowMs, 2_000)) moves++;
    }
    return moves;
  };
  const of = (i: number) => corrections.correctionOf(specs[i]!.key)!;
  const factors = () => specs.map((_, i) => Number(of(i).factor.toFixed(3)));
  return { corrections, specs, told, conditions, pass, of, factors };
}

describe('the correction of a weight', () => {
  it('concerns three balances', () => {
    const all: Balance[] = ['weighted', 'round_robin', 'random', 'hash', 'least_connections', 'least_latency', 'load'];
    expect(all.filter(isCorrecting)).toEqual(['least_connections', 'least_latency', 'load']);
  });

  it('tends to the root of mean over load, within a half and twice', () => {
    const { pass, factors } = world('least_connections', [{ current: 80 }, { current: 120 }, { current: 100 }]);
    pass(900);
    expect(factors()).toEqual([1.118, 0.913, 1]);
    const wild = world('least_connections', [{ current: 0 }, { current: 1 }, { current: 100_000 }]);
    wild.pass(900);
    expect(wild.factors()).toEqual([2, 2, 0.577]);
    const many = world('least_connections', [...new Array(20).fill({ current: 1 }), { current: 1e6 }]);
    many.pass(900);
    expect(many.factors().at(-1)).toBe(0.5);
  });

  it('is slow, and no step is over 4 %', () => {
    const { pass, factors, of } = world('least_latency', [{ responseMs: 1 }, { responseMs: 1e6 }]);
    let before = [1, 1];
    for (let i = 0; i < 100; i++) {
      pass(2);
      for (const [j, factor] of factors().entries())
        expect(Math.abs(Math.log(factor / before[j]!))).toBeLessThanOrEqual(0.0415);
      before = factors();
    }
    expect(of(0).factor).toBeGreaterThan(1.9);
  });

  it('holds connections against targets where all that report have one, else against weights', () => {
    const byTarget = world('least_connections', [
      { current: 50, target: 100 },
      { current: 50, target: 400 },
    ]);
    byTarget.pass(900);
    expect(byTarget.of(1).factor).toBeGreaterThan(1.2);
    expect(byTarget.of(1)).toMatchObject({ load: 0.125, terms: { current: 50, target: 400 } });
    const byWeight = world('least_connections', [{ current: 75, target: 100 }, { current: 25 }], [3, 1]);
    byWeight.pass(900);
    expect(byWeight.factors()).toEqual([1, 1]);
    expect(byWeight.of(0).terms).toMatchObject({ weight: 3 });
  });

  it('composes load of utilisation, response time and errors', () => {
    const { pass, of } = world('load', [
      { utilisation: 0.6, responseMs: 10, requestsPerSecond: 100, errorsPerSecond: 0 },
      { utilisation: 0.2, responseMs: 30, requestsPerSecond: 100, errorsPerSecond: 25 },
      { current: 8, target: 20, responseMs: 20 },
      { responseMs: 20 },
      {},
    ]);
    pass(2);
    // Means: utilisation 0.4, response 20 ms.
    const loads = [0, 1, 2, 3, 4].map((i) => of(i).load);
    expect(loads.map((load) => load && Number(load.toFixed(4)))).toEqual([
      Number(((2 * 1.5 + 0.5) / 3).toFixed(4)),
      Number(((2 * 0.5 + 1.5) / 3 + 1).toFixed(4)),
      1,
      1,
      null,
    ]);
  });

  it('does not take for idle what fails all its requests at once', () => {
    const { pass, factors } = world('load', [
      { utilisation: 0.5, requestsPerSecond: 100, errorsPerSecond: 0 },
      { utilisation: 0.01, requestsPerSecond: 100, errorsPerSecond: 100 },
    ]);
    pass(900);
    expect(factors()[1]).toBeLessThan(0.9);
    expect(factors()[0]).toBeGreaterThan(1.2);
  });

  it('is neutral for what says nothing, and does not let it count in the mean', () => {
    const { pass, factors } = world('least_connections', [{ current: 50 }, { current: 200 }, {}, { utilisation: 0.9 }]);
    pass(900);
    expect(factors()).toEqual([1.581, 0.791, 1, 1]);
  });

  it('is left where it was while a report is frozen, and drifts to neutral in five minutes when it is stale', () => {
    const { told, pass, factors } = world('least_connections', [{ current: 50 }, { current: 200 }]);
    pass(900);
    told[0] = { current: 5_000, standing: 'frozen' };
    pass(300);
    expect(factors()[0]).toBe(1.581);
    told[0] = { current: 5_000, standing: 'stale' };
    pass(150);
    expect(factors()[0]).toBeCloseTo(Math.sqrt(1.581), 2);
    pass(160);
    expect(factors()[0]).toBe(1);
  });

  it('rests while an endpoint ramps or is shifted, and its load is nobody else’s measure', () => {
    const { told, conditions, pass, factors } = world('least_connections', [
      { current: 50 },
      { current: 200 },
      { current: 125 },
    ]);
    pass(900);
    const before = factors();
    conditions[1] = 'moving';
    told[1] = { current: 3 };
    told[0] = { current: 125 };
    pass(900);
    expect(factors()[1]).toBe(before[1]);
    expect(factors()[0]).toBe(1);
    conditions[1] = 'out';
    pass(302);
    expect(factors()[1]).toBe(1);
  });

  it('is told as another word only when it is one', () => {
    const { pass } = world('least_connections', [{ current: 80 }, { current: 120 }]);
    expect(pass(2)).toBe(1);
    pass(1_800);
    expect(pass(100)).toBe(0);
  });

  it('takes no longer step after a process stood still', () => {
    const { corrections, specs, of } = world('least_connections', [{ current: 0 }, { current: 100 }]);
    const record = specs.map((spec) => ({ spec, condition: 'settled' as const }));
    const loadOf = (check: string) => ({
      report: { ...UNSAID, current: check === 'check:e0' ? 0 : 100 },
      ...{ source: 'agent' as const, ageMs: 0, standing: 'used' as const, responseMs: null },
    });
    corrections.move(record, loadOf, 900_000, 900_000);
    expect(of(0).factor).toBeCloseTo(Math.exp(0.04), 6);
  });

  it.each([
    ['least_connections', { current: 80 }, 'push'],
    ['least_connections', { responseMs: 5 }, null],
    ['least_latency', { current: 80, responseMs: 5 }, null],
    ['load', { utilisation: 0.5, responseMs: 5 }, 'push'],
    ['load', { current: 80, responseMs: 5 }, null],
  ] as const)('of %s with %j says who brought the report that it goes by', (balance, told, source) => {
    const { pass, of } = world(balance, [told, told]);
    pass(2);
    expect(of(0).source).toBe(source);
  });

  it('is forgotten with its endpoint', () => {
    const { corrections, specs, pass } = world('least_connections', [{ current: 80 }, { current: 120 }]);
    pass(60);
    corrections.keepOnly(new Set([specs[0]!.key]));
    expect(corrections.correctionOf(specs[0]!.key)).not.toBeNull();
    expect(corrections.correctionOf(specs[1]!.key)).toBeNull();
    expect(corrections.factorOf(specs[1]!.key)).toBe(1);
  });

  it('prefers the less loaded, in proportion and within bounds, whatever is told', () => {
    const told = fc.record(
      { current: fc.nat(1e6), responseMs: fc.nat(1e5), utilisation: fc.double({ min: 0, max: 3, noNaN: true }) },
      { requiredKeys: [] },
    );
    const balances = fc.constantFrom<Balance>('least_connections', 'least_latency', 'load');
    fc.assert(
      fc.property(balances, fc.array(told, { minLength: 1, maxLength: 6 }), (balance, endpoints) => {
        const { corrections, specs, pass, of } = world(balance, endpoints);
        pass(900);
        for (const [i, spec] of specs.entries()) {
          const { factor, load } = of(i);
          expect(factor).toBeGreaterThanOrEqual(0.4999);
          expect(factor).toBeLessThanOrEqual(2.0001);
          expect(corrections.factorOf(spec.key)).toBeGreaterThan(0.2499);
          expect(corrections.factorOf(spec.key)).toBeLessThanOrEqual(1);
          for (let j = 0; j < i; j++) {
            const other = of(j);
            if (load === null || other.load === null) continue;
            if (load > other.load) expect(factor).toBeLessThanOrEqual(other.factor + 1e-9);
          }
        }
        expect(Math.max(...specs.map(({ key }) => corrections.factorOf(key)))).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});
