import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import type { Location } from '../../../src/geo/location.ts';
import { KM_PER_MS, NO_LATENCY_FACTS, PoolCosts } from '../../../src/geo/pool-costs.ts';
import type { PreferenceSpec } from '../../../src/zone/zone-model.ts';
import { regionAt } from '../../tools/model-zone.ts';

const REGIONS = [regionAt('dublin', 53.35, -6.26), regionAt('virginia', 38.9, -77.4), regionAt('tokyo', 35.7, 139.7)];
const random = new RandomStream(5);
const PLACES = Array.from({ length: 200 }, (_, i) =>
  i === 7 ? null : ({ latitude: random.nextBelow(140) - 60, longitude: random.nextBelow(360) - 180 } as Location),
);
const FACTS = {
  line: { baseMs: 4, msPerKm: 0.017 },
  regions: ['dublin', 'tokyo'],
  checks: new Map([
    ['a', Float64Array.of(10, 250)],
    ['b', Float64Array.of(40, Number.NaN)],
    ['c', Float64Array.of(90, 180)],
  ]),
};
const spec = (method: 'nearest' | 'latency'): PreferenceSpec => ({
  base: 1,
  method,
  candidates: [
    {
      pool: 2,
      region: 'dublin',
      bias: 20,
      checks: [
        { id: 'a', weight: 3 },
        { id: 'b', weight: 1 },
      ],
    },
    { pool: 5, region: 'atlantis', bias: 0, checks: [] },
    {
      pool: 6,
      region: 'virginia',
      bias: -50,
      checks: [
        { id: 'c', weight: 1 },
        { id: 'unheard', weight: 9 },
      ],
    },
  ],
  nearTie: null,
  fences: [],
  walks: [],
});

describe('the costs of pools', () => {
  it.each(['nearest', 'latency'] as const)('by %s are in every place what their terms come to', (method) => {
    const costs = new PoolCosts(PLACES, REGIONS, FACTS);
    const { pools, columns, factors, unitsPerMs } = costs.of(spec(method));
    expect(pools).toEqual([2, 6]);
    expect(unitsPerMs).toBe(method === 'nearest' ? KM_PER_MS : 1);
    const told = columns.map((column, k) => Array.from(column, (cost) => cost * factors[k]!));
    for (const place of PLACES.keys()) {
      for (const [k, candidate] of [spec(method).candidates[0]!, spec(method).candidates[2]!].entries()) {
        const terms = costs.termsOf(method, candidate, place);
        if (PLACES[place] === null) expect([terms, told[k]![place]]).toEqual([null, Number.NaN]);
        else expect(terms!.cost).toBeCloseTo(told[k]![place]!, 9);
      }
    }
  });

  it('shrink by a positive and grow by a negative percentage of bias, as Route 53 does', () => {
    const costs = new PoolCosts([{ latitude: 51.5, longitude: -0.12 } as Location], REGIONS);
    const costBy = (bias: number) => costs.termsOf('nearest', { ...spec('nearest').candidates[0]!, bias }, 0)!.cost;
    const whole = costBy(0);
    for (const [bias, factor] of [
      [25, 0.75],
      [99, 0.01],
      [-50, 2],
      [-99, 100],
    ] as const)
      expect(costBy(bias) / whole).toBeCloseTo(factor, 9);
  });

  it('take a pool for what its endpoints are, by weight, as far as they are measured', () => {
    const costs = new PoolCosts([{ latitude: 53.35, longitude: -6.26 } as Location], REGIONS, FACTS);
    const { latency } = costs.termsOf('latency', spec('latency').candidates[0]!, 0)!;
    expect(latency!.landmarks).toMatchObject([{ region: 'dublin', measuredMs: (3 * 10 + 40) / 4 }]);
    const far = new PoolCosts([{ latitude: 35.7, longitude: 139.7 } as Location], REGIONS, FACTS);
    expect(far.termsOf('latency', spec('latency').candidates[0]!, 0)!.latency!.landmarks).toMatchObject([
      { region: 'tokyo', measuredMs: 250 },
    ]);
  });

  it('with other measurements are as if made anew', () => {
    const before = new PoolCosts(PLACES, REGIONS, NO_LATENCY_FACTS);
    const after = new PoolCosts(PLACES, REGIONS, FACTS, before);
    const anew = new PoolCosts(PLACES, REGIONS, FACTS);
    const columnsOf = (costs: PoolCosts) => costs.of(spec('latency')).columns.map((column) => [...column]);
    expect(columnsOf(after)).toEqual(columnsOf(anew));
  });

  it('know who is nearest everywhere, unless there are too many', () => {
    const costs = new PoolCosts(PLACES, REGIONS);
    const order = costs.nearestFirst(spec('nearest'), 64)!;
    const { columns } = costs.of(spec('nearest'));
    for (const place of PLACES.keys()) {
      if (PLACES[place] === null) continue;
      expect(columns[order[place * 2]!]![place]).toBeLessThanOrEqual(columns[order[place * 2 + 1]!]![place]!);
    }
    expect(costs.nearestFirst(spec('nearest'), 1)).toBeNull();
  });
});

describe('what latency.csv knows', () => {
  const at = (country: string | null, latitude: number | null, longitude: number | null): Location => {
    return { continent: 'EU', country, province: null, latitude, longitude, region: null, origin: 'mmdb' };
  };
  const places = [null, at('DE', 52, 13), at('FR', 48, 2), at('DE', null, null)];
  const roundTrips = [{ from: 'EU-DE', ms: 90, count: 60 }];
  const known = [{ ...REGIONS[0]!, roundTrips }, REGIONS[1]!, REGIONS[2]!];
  const dublin = spec('latency').candidates[0]!;

  it('draws round trips to it, shows its term, and stands alone where there are no coordinates', () => {
    const [plain, drawn] = [new PoolCosts(places, REGIONS, FACTS), new PoolCosts(places, known, FACTS)];
    const columnOf = (costs: PoolCosts) => [...costs.of(spec('latency')).columns[0]!];
    const before = columnOf(plain);
    expect(before[3]).toBeNaN();
    expect(columnOf(drawn)).toEqual([Number.NaN, (60 * 90 + 20 * before[1]!) / 80, before[2], 90]);
    const terms = drawn.termsOf('latency', dublin, 1)!;
    expect(terms.latency).toMatchObject({ known: roundTrips[0], roundTripMs: (60 * 90 + 20 * before[1]!) / 80 });
    expect(drawn.termsOf('latency', dublin, 2)!.latency!.known).toBeNull();
    expect(drawn.termsOf('latency', dublin, 3)).toMatchObject({
      cost: 72,
      latency: { landmarks: [], roundTripMs: 90 },
    });
    expect(plain.termsOf('latency', dublin, 3)).toBeNull();
  });

  it('is nothing to distance', () => {
    const costs = new PoolCosts(places, known, FACTS);
    expect(costs.of(spec('nearest'))).toEqual(new PoolCosts(places, REGIONS, FACTS).of(spec('nearest')));
    expect(costs.termsOf('nearest', dublin, 3)).toBeNull();
  });
});
