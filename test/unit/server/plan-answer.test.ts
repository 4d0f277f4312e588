import { afterAll, expect, it } from 'vitest';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { PlanAnswerer } from '../../../src/server/plan-answer.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';

const files = capacityFolder(capacityZone(1200));
afterAll(() => files.remove());
const answerer = new PlanAnswerer({
  zonesDir: files.zones,
  geoDataDir: files.geoData,
  stateDir: null,
  zoneDefaults: ZONE_DEFAULTS,
});
const state = { words: new Map(), facts: NO_LATENCY_FACTS };
const change = { down: ['eu-west'], edits: { weights: [], biases: [] }, name: null, load: null };
const override = {
  ...{ id: 'a', scope: 'region' as const, target: 'eu-west', factor: 0, isResume: false },
  ...{ reason: '', by: '', createdMs: 0, expiresMs: 60_000 },
};

it('answers a what-if as the command does, time after time', () => {
  for (const _ of [1, 2]) {
    const answer = answerer.answer({ kind: 'what-if', change }, state);
    expect(answer).toMatchObject({
      kind: 'what-if',
      result: {
        ok: false,
        health: 'node',
        demand: { geo: 'city.mmdb' },
        over: [{ pool: 'us', load: 1600, max: 1200 }],
      },
    });
  }
});

it('maps countries to the pools that would serve them', () => {
  const answer = answerer.answer({ kind: 'map', change }, state);
  if (answer.kind !== 'map') throw new Error(answer.kind);
  const [record] = answer.result.records;
  const pools = record!.countries.flatMap((country) => country.pools.map(({ pool }) => pool));
  expect(new Set(pools)).toEqual(new Set(['us']));
});

it('judges a shift', () => {
  expect(answerer.answer({ kind: 'shift', override }, state)).toMatchObject({
    kind: 'shift',
    result: { over: [{ pool: 'us' }] },
  });
  expect(answerer.answer({ kind: 'shift', override: { ...override, factor: 1 } }, state)).toMatchObject({
    result: { over: [] },
  });
});

it('refuses in words what cannot be asked', () => {
  const asked = answerer.answer({ kind: 'what-if', change: { ...change, down: ['mars'] } }, state);
  expect(asked).toMatchObject({ kind: 'refused', message: expect.stringContaining('no pool stands for that region') });
});
