import { describe, expect, it } from 'vitest';
import { readZoneText } from './yaml-zone.ts';

function steeringOf(meridian: string) {
  const zone = readZoneText(`www:
  type: A
  value: 192.0.2.9
  octodns:
    meridian: ${meridian}
  dynamic:
    pools:
      ap: {fallback: eu, values: [{value: 192.0.2.1}]}
      eu: {fallback: us, values: [{value: 192.0.2.2}]}
      us: {values: [{value: 192.0.2.3}]}
    rules: [{pool: ap}]
`);
  expect(zone.told).toEqual([]);
  return zone.model!.dynamics[0]!;
}

describe('the steering of a record', () => {
  it("is octoDNS's by default, with every pool a candidate", () => {
    expect(steeringOf('{}').steering).toMatchObject({
      method: 'rules',
      candidates: [0, 1, 2],
      nearTie: null,
      fences: [],
      balance: 'weighted',
      sticky: null,
      answers: 1,
      allDown: 'values',
      minHealthy: 0,
      trickle: 0,
      ttl: null,
    });
  });

  it('chooses among the pools that are named, in file order', () => {
    const { steering, pools } = steeringOf(
      '{steering: {method: nearest, pools: {us: {weight: 30, region: virginia}, ap: {weight: 70, region: tokyo, bias: -20}}}}',
    );
    expect(steering).toMatchObject({ method: 'nearest', candidates: [0, 2] });
    expect(pools.map(({ share, bias, region }) => [share, bias, region])).toEqual([
      [70, -20, 'tokyo'],
      [1, 0, null],
      [30, 0, 'virginia'],
    ]);
  });

  it('has a band of equals only where the file says so', () => {
    expect(
      steeringOf('{steering: {method: nearest, pools: {ap: {region: x}}, near_tie: {}}}').steering.nearTie,
    ).toEqual({ ratio: 0.1, marginMs: 5 });
    expect(
      steeringOf('{steering: {method: nearest, pools: {ap: {region: x}}, near_tie: {ratio: 0, margin_ms: 1}}}').steering
        .nearTie,
    ).toEqual({
      ratio: 0,
      marginMs: 1,
    });
  });

  it('carries the thresholds of health, the trickle and the bounds of the TTL', () => {
    expect(steeringOf('{min_healthy: 0.5, trickle: 0.02, ttl: {min: 5, max: 30}}').steering).toMatchObject({
      minHealthy: 0.5,
      trickle: 0.02,
      ttl: { min: 5, max: 30 },
    });
  });

  it('names the pools of a fence in file order and once', () => {
    const { steering } = steeringOf('{steering: {fence: [{geos: [EU-DE, NA-US-CA], pools: [us, ap, us]}]}}');
    expect(steering.fences).toEqual([
      {
        geos: [
          { continent: 'EU', country: 'DE', province: null },
          { continent: 'NA', country: 'US', province: 'CA' },
        ],
        pools: [0, 2],
        onDown: 'serve_anyway',
      },
    ]);
  });
});
