import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import type { Location } from '../../../src/geo/location.ts';
import { distanceKm } from '../../../src/geo/nearness.ts';
import { PoolCosts } from '../../../src/geo/pool-costs.ts';
import { compilePreferences, rowAt } from '../../../src/geo/preference-table.ts';
import { WALK_WORDS, WalkEnd, WalkWord } from '../../../src/zone/zone-image.ts';
import type { PreferenceSpec } from '../../../src/zone/zone-model.ts';
import { regionAt } from '../../tools/model-zone.ts';

const CITIES = [
  regionAt('dublin', 53.35, -6.26),
  regionAt('frankfurt', 50.11, 8.68),
  regionAt('virginia', 38.9, -77.4),
  regionAt('tokyo', 35.7, 139.7),
];

const at = (latitude: number | null, longitude: number | null): Location => ({
  continent: null,
  country: null,
  province: null,
  latitude,
  longitude,
  region: null,
  origin: 'mmdb',
});

const near: PreferenceSpec = {
  base: 3,
  method: 'nearest',
  candidates: CITIES.map(({ name }, pool) => ({ pool, region: name, bias: 0, checks: [] })),
  nearTie: null,
  fences: [],
  walks: [],
};

/** Rule class 2 is the catch-all. Gives the class of each place and the walk that it stands for. */
function compile(spec: PreferenceSpec, places: readonly (Location | null)[], fences: readonly number[] = [], rule = 2) {
  const classes = new Uint32Array(places.length).fill(rule);
  const placing = { classes, fences: Int32Array.from(places, (_, i) => fences[i] ?? -1) };
  const section = Int32Array.from(compilePreferences(spec, 2, placing, new PoolCosts(places, CITIES)).section);
  const walkOf = (id: number) => {
    const row = rowAt(section, id - spec.base);
    const pools = [...section.subarray(row + WALK_WORDS, row + WALK_WORDS + section[row + WalkWord.COUNT]!)];
    return { pools, ties: section[row + WalkWord.TIES], next: section[row + WalkWord.NEXT] };
  };
  return { classes: [...classes], walkOf, rows: (section.length - 1) / section[0]! };
}

describe('the preferences of places', () => {
  const [london, boston, seoul] = [at(51.5, -0.12), at(42.36, -71.06), at(37.57, 126.98)];

  it('order the pools by distance', () => {
    const { classes, walkOf } = compile(near, [london, boston, seoul]);
    expect(classes.map((id) => walkOf(id).pools)).toEqual([
      [0, 1, 2, 3],
      [2, 0, 1, 3],
      [3, 1, 0, 2],
    ]);
    expect(walkOf(classes[0]!)).toMatchObject({ ties: 1, next: 2 });
  });

  it('agree with great circles and the formula of bias for 500 random places', () => {
    const random = new RandomStream(11);
    const biases = [40, 0, -30, 75];
    const spec = { ...near, candidates: near.candidates.map((each, i) => ({ ...each, bias: biases[i]! })) };
    const places = Array.from({ length: 500 }, () => at(random.nextBelow(181) - 90, random.nextBelow(361) - 180));
    const { classes, walkOf } = compile(spec, places);
    for (const [i, place] of places.entries()) {
      const costs = CITIES.map(({ latitude, longitude }, pool) => {
        const km = distanceKm(place.latitude!, place.longitude!, latitude, longitude);
        return biases[pool]! >= 0 ? km * (1 - biases[pool]! / 100) : km / (1 + biases[pool]! / 100);
      });
      const expected = [0, 1, 2, 3].sort((a, b) => costs[a]! - costs[b]!);
      expect(walkOf(classes[i]!).pools).toEqual(expected);
    }
  });

  it('are one class wherever the order is the same, so that scopes stay short', () => {
    const { classes, rows } = compile(near, [london, at(51.4, -0.2), at(52.1, -1.1), boston]);
    expect(new Set(classes.slice(0, 3)).size).toBe(1);
    expect(rows).toBe(2);
  });

  it('leave a place that is not known, and one without coordinates, to the catch-all', () => {
    expect(compile(near, [null, at(null, null)]).classes).toEqual([2, 2]);
  });

  it('leave clients of targeted rules alone', () => {
    expect(compile(near, [london, boston], [], 1).classes).toEqual([1, 1]);
  });

  it('leave out a pool whose region nobody has placed, and do nothing when there is no other', () => {
    const lost = near.candidates.map((each, i) => (i === 0 ? { ...each, region: 'atlantis' } : each));
    const { classes, walkOf } = compile({ ...near, candidates: lost }, [london]);
    expect(walkOf(classes[0]!).pools).toEqual([1, 2, 3]);
    expect(compile({ ...near, candidates: lost.slice(0, 1) }, [london]).classes).toEqual([2]);
  });

  it('take those within the band as equals, in file order', () => {
    const nearTie = { ratio: 0.1, marginMs: 10 };
    const { classes, walkOf } = compile({ ...near, nearTie }, [london, at(51.9, 4.5), seoul]);
    expect(walkOf(classes[0]!)).toMatchObject({ pools: [0, 1, 2, 3], ties: 2 });
    // Rotterdam is nearer to Frankfurt, and yet the set is London's.
    expect(classes[1]).toBe(classes[0]);
    expect(walkOf(classes[2]!).ties).toBe(1);
  });

  it('take two pools of one region as equals without any band', () => {
    const twins = [...near.candidates, { pool: 4, region: 'dublin', bias: 0, checks: [] }];
    const { classes, walkOf } = compile({ ...near, candidates: twins }, [london]);
    expect(walkOf(classes[0]!)).toMatchObject({ pools: [0, 4, 1, 2, 3], ties: 2 });
  });

  it('tell only the 64 nearest of many pools apart', () => {
    const many = Array.from({ length: 300 }, (_, pool) => ({
      pool,
      region: 'dublin',
      bias: Math.floor(pool / 4) - 20,
      checks: [],
    }));
    const { classes, walkOf } = compile({ ...near, candidates: many }, [seoul]);
    const expected = many.slice(-64).map(({ pool }) => pool);
    expect([...walkOf(classes[0]!).pools].sort((a, b) => a - b)).toEqual(expected);
    expect(walkOf(classes[0]!).pools.slice(0, 4)).toEqual([296, 297, 298, 299]);
  });
});

describe('a fence', () => {
  const fence = (onDown: 'serve_anyway' | 'nodata' | 'fallback', pools = [1, 3]): PreferenceSpec => ({
    ...near,
    candidates: [],
    fences: [{ geos: [], pools, onDown }],
    walks: [
      { pools: [0], ties: 1 },
      { pools: [3, 0, 1], ties: 1 },
      { pools: [0, 1, 2, 3], ties: 3 },
    ],
  });
  const seoul = at(37.57, 126.98);

  it('keeps the order that its clients would have outside, and adds what they would not', () => {
    const inside = (spec: PreferenceSpec, rule: number) => {
      const { classes, walkOf } = compile(spec, [seoul], [0], rule);
      return walkOf(classes[0]!);
    };
    expect(inside(fence('serve_anyway'), 0)).toEqual({ pools: [1, 3], ties: 0, next: WalkEnd.SERVE_ANYWAY });
    expect(inside(fence('nodata'), 1)).toEqual({ pools: [3, 1], ties: 1, next: WalkEnd.NODATA });
    expect(inside(fence('fallback'), 2)).toEqual({ pools: [1, 3], ties: 1, next: 2 });
    expect(inside(fence('fallback', [0, 1, 3]), 2)).toEqual({ pools: [0, 1, 3], ties: 2, next: 2 });
  });

  it('holds the nearest of its pools first where distance orders', () => {
    const { classes, walkOf } = compile({ ...fence('nodata'), candidates: near.candidates }, [seoul, null], [0, 0]);
    expect(classes.map((id) => walkOf(id).pools)).toEqual([
      [3, 1],
      [1, 3],
    ]);
  });
});
