import { describe, expect, it } from 'vitest';
import { addCosts } from '../../../src/decision/pool-cost.ts';
import { DecisionTrace } from '../../../src/decision/trace.ts';
import type { Location } from '../../../src/geo/location.ts';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { Asker, modelZone, networkAt, regionAt, serve } from '../../tools/model-zone.ts';

const REGIONS = [regionAt('dublin', 53.35, -6.26)];

function traced(method: 'nearest' | 'rules') {
  const pools = {
    eu: { fallback: 'us', region: 'dublin', bias: -50, values: ['192.0.2.1 1 down'] },
    us: { region: 'atlantis', values: ['192.0.2.2'] },
  };
  const sketch = { name: 'www', pools, rules: [{ pool: 'eu' }], steering: { method } };
  const serving = serve([modelZone('example.', [], [sketch])], [networkAt('20.1.0.0/16', 51.5, -0.12)], REGIONS);
  const trace = new DecisionTrace();
  new Asker(serving.tables).ask(buildQuery('www.example.', 'A', { id: 1, ecs: '20.1.0.0/24' }), '127.0.0.1', 0, trace);
  return trace.steps[0]!;
}

const london = { latitude: 51.5, longitude: -0.12 } as Location;
const costsOf = (step: ReturnType<typeof traced>, place: Location | null) => {
  addCosts(step, place, REGIONS, NO_LATENCY_FACTS, () => null);
  return step.pools.map(({ cost }) => cost && [Math.round(cost.distanceKm), Math.round(cost.biasedKm ?? Number.NaN)]);
};

describe('the cost of a pool', () => {
  it('is shown with each term, where both places are known', () => {
    expect(costsOf(traced('nearest'), london)).toEqual([[464, 928], null]);
  });

  it('is told with the band of equals', () => {
    const step = { ...traced('nearest'), nearTie: { ratio: 0.5, marginMs: 2 } };
    addCosts(step, london, REGIONS, NO_LATENCY_FACTS, () => null);
    expect(step.tieKm).toBeCloseTo(step.pools[0]!.cost!.biasedKm! * 1.5 + 100);
    expect(traced('nearest').tieKm).toBeNull();
  });

  it('is not shown where distance has no say', () => {
    expect(costsOf(traced('rules'), london)).toEqual([null, null]);
    expect(costsOf(traced('nearest'), null)).toEqual([null, null]);
    expect(costsOf(traced('nearest'), { ...london, latitude: null, longitude: null })).toEqual([null, null]);
  });
});
