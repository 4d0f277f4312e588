import { describe, expect, it } from 'vitest';
import { readZoneText } from './yaml-zone.ts';

const TWO_POOLS =
  '{pools: {p: {fallback: q, values: [{value: 192.0.2.1}]}, q: {values: [{value: 192.0.2.2}]}}, rules: [{pool: p}]}';
const ONE_POOL = '{pools: {p: {values: [{value: 192.0.2.1}]}}, rules: [{pool: p}]}';

/** What is told of a record with pools p and q, without its severity. */
function toldOf(meridian: string, dynamic = TWO_POOLS, value = '{type: A, value: 192.0.2.9'): string[] {
  const zone = readZoneText(`www: ${value}, octodns: {meridian: ${meridian}}, dynamic: ${dynamic}}\n`);
  expect(zone.model).not.toBeNull();
  return zone.told.map((line) => line.replace('warning meridian-contradiction www ', ''));
}

describe('a contradiction in a meridian block', () => {
  it.each([
    [
      '{balance: round_robin, sticky: {}}',
      'round_robin has no effect beside sticky: a client that stays takes no turns',
    ],
    [
      '{balance: least_connections}',
      'least_connections without healthcheck load_path: nothing tells of connections; say load_path, or load_header: true where responses to checks carry endpoint-load-metrics, or load_push: true where loads are pushed',
    ],
    [
      '{balance: least_connections, healthcheck: {load_header: false}}',
      'least_connections without healthcheck load_path: nothing tells of connections; say load_path, or load_header: true where responses to checks carry endpoint-load-metrics, or load_push: true where loads are pushed',
    ],
    ['{steering: {method: failover, near_tie: {}}}', 'near_tie has no effect with method failover: nothing is near'],
    [
      '{steering: {method: nearest, pools: {p: {weight: 2}}}}',
      "method nearest needs pools with a region: every client gets the catch-all's pool",
    ],
    [
      '{steering: {method: weighted, pools: {p: {weight: 0}}}}',
      'no pool has a weight: they are taken in file order, as by failover',
    ],
    [
      '{steering: {method: failover, pools: {p: {weight: 3}}}}',
      'weight of pool "p" has no effect with method failover',
    ],
    ['{steering: {method: weighted, pools: {p: {bias: 3}}}}', 'bias of pool "p" has no effect with method weighted'],
    [
      '{steering: {method: nearest, pools: {p: {bias: 3}, q: {region: x}}}}',
      'bias of pool "p" has no effect without a region: there is nothing to shrink',
    ],
    [
      '{steering: {method: latency, pools: {p: {weight: 3}, q: {region: x}}}}',
      'pool "p" has no region: by latency nobody is sent to it first',
    ],
    [
      '{ramp: {seconds: 60, floor: 1}}',
      'ramp has no effect with floor 1: the whole weight is back at once; set a lower floor',
    ],
    [
      '{steering: {fence: [{geos: [EU], pools: [p, q]}]}}',
      'fence 1 has no effect: every pool is inside; name those that its clients may use',
    ],
    [
      '{steering: {fence: [{geos: [EU], pools: [p]}, {geos: [AS, EU], pools: [q]}]}}',
      'fence 2 never gets clients of EU: fence 1 has them; name a place once',
    ],
  ])('%s is told', (meridian, message) => {
    expect(toldOf(meridian)).toEqual([message]);
  });

  it.each([
    ['{balance: hash, sticky: {}, trickle: 0.1, min_healthy: 0.5, ttl: {min: 5, max: 30}}'],
    ['{steering: {method: nearest, near_tie: {}, pools: {p: {region: x, weight: 3, bias: 9}, q: {region: y}}}}'],
    ['{steering: {method: weighted, pools: {p: {weight: 3}, q: {weight: 0}}}}'],
    ['{steering: {pools: {p: {region: x}}}}'],
    ['{balance: least_connections, healthcheck: {load_path: /load}}'],
    ['{balance: least_connections, healthcheck: {load_header: true}}'],
    ['{balance: least_connections, healthcheck: {load_push: true}}'],
  ])('is none in %s', (meridian) => {
    expect(toldOf(meridian)).toEqual([]);
  });

  it('is told of what one pool leaves nothing to choose for', () => {
    expect(toldOf('{trickle: 0.1}', ONE_POOL)).toEqual([
      'trickle has no effect with one pool: give it a fallback to exercise, or leave it out',
    ]);
    expect(toldOf('{steering: {method: weighted}}', ONE_POOL)).toEqual([
      'method weighted has no effect with one pool: there is nothing to choose',
    ]);
    expect(toldOf('{min_healthy: 1, answers: 2, ramp: {seconds: 60}}', ONE_POOL)).toEqual([]);
  });

  it('is told of several answers of a CNAME', () => {
    const dynamic = '{pools: {p: {values: [{value: a.example.net.}]}}, rules: [{pool: p}]}';
    expect(toldOf('{answers: 2}', dynamic, '{type: CNAME, value: b.example.net.')).toEqual([
      'answers has no effect: a name has one CNAME (RFC 2181 10.1)',
    ]);
  });
});
