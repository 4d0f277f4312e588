/** The latency model against a world in which every round trip is known, and against links that flap. */

import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/base/random.ts';
import type { LatencyFacts } from '../../src/geo/landmarks.ts';
import { DEFAULT_LATENCY_LINE, medianOf } from '../../src/geo/latency-line.ts';
import type { Location } from '../../src/geo/location.ts';
import { PoolCosts } from '../../src/geo/pool-costs.ts';
import { compilePreferences, rowAt, type Standing } from '../../src/geo/preference-table.ts';
import { newObservation, type Observation, observe } from '../../src/health/observation.ts';
import { WALK_WORDS } from '../../src/zone/zone-image.ts';
import type { NearTie, PreferenceSpec } from '../../src/zone/zone-model.ts';
import { AGENT_CITIES, CITIES, measuredFacts, roundTrips } from '../tools/latency-world.ts';
import { regionAt } from '../tools/model-zone.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const PLACES = CITIES.map(([, latitude, longitude]) => ({ latitude, longitude }) as Location);
const REGIONS = CITIES.map(([name, latitude, longitude]) => regionAt(name, latitude, longitude));
const SPEC: PreferenceSpec = {
  base: 1,
  method: 'latency',
  candidates: AGENT_CITIES.map((region, pool) => ({ pool, region, bias: 0, checks: [{ id: region, weight: 1 }] })),
  nearTie: { ratio: 0.1, marginMs: 5 },
  fences: [],
  walks: [],
};

/** Relative errors of all predictions of clients in cities without agents. */
function errorsOf(costs: PoolCosts, trip: (from: string, to: string) => number): number[] {
  const { columns } = costs.of(SPEC);
  const errors: number[] = [];
  for (const [place, [city]] of CITIES.entries()) {
    if ((AGENT_CITIES as readonly string[]).includes(city)) continue;
    for (const [k, to] of AGENT_CITIES.entries()) {
      const real = trip(city, to);
      errors.push(Math.abs(columns[k]![place]! - real) / real);
    }
  }
  return errors;
}

describe('the latency model', () => {
  it('after the self-fit is within 15 % of the real round trip at the median, in eight worlds', () => {
    const fitted: number[] = [];
    const unfitted: number[] = [];
    for (const seed of SEEDS) {
      const trip = roundTrips(seed);
      const facts = measuredFacts(trip);
      fitted.push(medianOf(errorsOf(new PoolCosts(PLACES, REGIONS, facts), trip)));
      const line = DEFAULT_LATENCY_LINE;
      unfitted.push(medianOf(errorsOf(new PoolCosts(PLACES, REGIONS, { ...facts, line }), trip)));
    }
    console.log(`median relative error: ${percents(fitted)}; by the line before any fit: ${percents(unfitted)}`);
    for (const error of fitted) expect(error).toBeLessThanOrEqual(0.15);
  });

  describe.each([null, SPEC.nearTie])('with the near-tie band %o', (nearTie) => {
    it('moves no place when the time of any one link jumps by 3 ms either way, unsmoothed', () => {
      const random = new RandomStream(12);
      for (const seed of SEEDS.slice(0, 2)) {
        const calm = measuredFacts(roundTrips(seed));
        for (const [id, column] of LINKS) {
          const tables = new Recompute(nearTie);
          for (let round = 0; round < 30; round++) {
            const jumped = calm.checks.get(id)!.slice();
            jumped[column]! += round === 0 ? 0 : (random.nextBelow(2) * 2 - 1) * 3;
            tables.follow({ ...calm, checks: new Map([...calm.checks, [id, jumped]]) }, round * 100_000);
          }
          expect(tables.moved).toBe(0);
        }
      }
    });

    it('moves no place when all links flap by 3 ms either way, measured as agents measure', () => {
      const random = new RandomStream(13);
      for (const seed of SEEDS.slice(0, 2)) {
        const calm = measuredFacts(roundTrips(seed));
        const tables = new Recompute(nearTie);
        const seen = new Map<string, Observation>();
        const measure = (key: string, ms: number, nowMs: number): number => {
          const result = { ok: true, reason: '', connectMs: ms + (random.nextBelow(2) * 2 - 1) * 3, serverMs: null };
          const before = seen.get(key) ?? newObservation(nowMs);
          const { observation } = observe(before, result, { rise: 2, fall: 2 }, nowMs);
          seen.set(key, observation);
          return observation.connectMs!;
        };
        // An hour, a check every five seconds, a recompute every thirty; the first minute is the start.
        for (let nowMs = 0; nowMs <= 3_600_000; nowMs += 5_000) {
          const checks = new Map(
            [...calm.checks].map(([id, row]) => [id, row.map((ms, i) => measure(`${id} ${i}`, ms, nowMs))]),
          );
          if (nowMs >= 60_000 && nowMs % 30_000 === 0) tables.follow({ ...calm, checks }, nowMs);
        }
        expect(tables.moved).toBe(0);
      }
    });
  });

  it('moves a place for good when its own region is far for good, and not before a minute has passed since its last move', () => {
    const calm = measuredFacts(roundTrips(1));
    const tables = new Recompute(null);
    const dublin = CITIES.findIndex(([city]) => city === 'dublin');
    const far = {
      ...calm,
      checks: new Map([...calm.checks, ['dublin', calm.checks.get('dublin')!.map((ms) => ms + 90)]]),
    };
    const headOf = () => AGENT_CITIES[tables.headOf(dublin)];
    tables.follow(calm, 0);
    expect(headOf()).toBe('dublin');
    tables.follow(far, 1_000);
    expect([headOf(), tables.isWaiting]).toEqual(['frankfurt', false]);
    tables.follow(calm, 30_000);
    expect([headOf(), tables.isWaiting]).toEqual(['frankfurt', true]);
    tables.follow(calm, 61_000);
    expect([headOf(), tables.isWaiting]).toEqual(['dublin', false]);
  });
});

/** Every check and agent column, links from a place to itself left out. */
const LINKS = AGENT_CITIES.flatMap((id, to) =>
  AGENT_CITIES.flatMap((_, column) => (column === to ? [] : [[id, column] as const])),
);

/** The tables of one group as they follow measurements. */
class Recompute {
  moved = 0;
  isWaiting = false;
  readonly #spec: PreferenceSpec;
  #standing: Standing | null = null;

  constructor(nearTie: NearTie | null) {
    this.#spec = { ...SPEC, nearTie };
  }

  follow(facts: LatencyFacts, nowMs: number): void {
    const costs = new PoolCosts(PLACES, REGIONS, facts);
    const placing = { classes: new Uint32Array(PLACES.length), fences: new Int32Array(PLACES.length).fill(-1) };
    const compiled = compilePreferences(this.#spec, 0, placing, costs, { standing: this.#standing, nowMs });
    this.#standing = compiled.standing;
    this.moved += compiled.moved;
    this.isWaiting = compiled.isWaiting;
  }

  /** The first pool of a place. */
  headOf(place: number): number {
    const { section, orders } = this.#standing!;
    return section[rowAt(section, orders[place]!) + WALK_WORDS]!;
  }
}

function percents(values: readonly number[]): string {
  return values.map((value) => `${(value * 100).toFixed(1)} %`).join(', ');
}
