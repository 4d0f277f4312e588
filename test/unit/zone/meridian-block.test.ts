import { describe, expect, it } from 'vitest';
import { MERIDIAN_BLOCK } from '../../../src/zone/meridian-block.ts';
import { DEFAULT_STEERING } from '../../../src/zone/zone-model.ts';
import { readZoneText } from './yaml-zone.ts';

const zoneOf = (meridian: string) =>
  readZoneText(
    `www:\n  type: A\n  value: 192.0.2.9\n  octodns:\n    meridian: ${meridian}\n  dynamic: {pools: {p: {values: [{value: 192.0.2.1}]}}, rules: [{pool: p}]}\n`,
  );
const told = (meridian: string) => zoneOf(meridian).told.map((line) => line.replace(' www ', ' '));

describe('the meridian block', () => {
  it("means octoDNS's behaviour when it says nothing", () => {
    expect(MERIDIAN_BLOCK.parse({})).toMatchObject({
      balance: 'weighted',
      answers: 1,
      all_down: 'values',
      min_healthy: 0,
      trickle: 0,
    });
    expect(told('{}')).toEqual([]);
    expect(told('~')).toEqual([]);
  });

  it.each([
    ['{colour: blue}', 'meridian: Unrecognized key'],
    ['{answers: 17}', 'meridian.answers: '],
    ['{answers: "2"}', 'meridian.answers: '],
    ['{all_down: panic}', 'meridian.all_down: '],
    ['{healthcheck: {interval: 1, timeout: 2}}', 'meridian.healthcheck.timeout: timeout must not be over interval'],
    ['{healthcheck: {expect_status: [300-200]}}', 'meridian.healthcheck.expect_status'],
    ['{healthcheck: {headers: {"a b": x}}}', 'meridian.healthcheck.headers'],
    ['{healthcheck: {headers: {a: "x\\r\\ny: z"}}}', 'meridian.healthcheck.headers'],
    ['{healthcheck: {target: 1.2.3}}', 'meridian.healthcheck.target'],
    ['{healthcheck: {quorum: 0}}', 'meridian.healthcheck.quorum'],
    ['{healthcheck: {method: HEAD, expect_body: ok}}', 'a HEAD response has no body'],
    ['{healthcheck: {load_path: load}}', 'meridian.healthcheck.load_path'],
    ['{healthcheck: {load_path: "/a b"}}', 'meridian.healthcheck.load_path'],
    ['{ttl: {min: 30, max: 5}}', 'ttl min must not be over max'],
    ['{steering: {pools: {p: {bias: 100}}}}', 'meridian.steering.pools.p.bias'],
    ['{steering: {pools: {p: {capacity: {target: 2, max: 1}}}}}', 'capacity target must not be over max'],
    ['{steering: {fence: [{geos: [XX], pools: [p]}]}}', 'unknown geo code'],
    ['[1]', 'meridian: '],
  ])('%s is refused', (meridian, message) => {
    expect(told(meridian)[0]).toMatch(/^error meridian-invalid /);
    expect(told(meridian)[0]).toContain(message);
  });

  it('speaks of pools that exist', () => {
    expect(told('{steering: {pools: {q: {region: x}}}}')).toEqual([
      'error meridian-pool meridian names the pool "q", which the record does not have',
    ]);
  });

  it.each(['least_connections', 'least_latency', 'load'] as const)('has the balance %s', (balance) => {
    const zone = zoneOf(`{balance: ${balance}, healthcheck: {load_path: /load}}`);
    expect(zone.told).toEqual([]);
    expect(zone.model!.dynamics[0]!.steering.balance).toBe(balance);
  });

  it('says how endpoints come back', () => {
    const recoveryOf = (meridian: string) => zoneOf(meridian).model!.dynamics[0]!.steering.recovery;
    expect(told('{ramp: {seconds: 90}, healthcheck: {manual_resume: true}}')).toEqual([]);
    expect(recoveryOf('{ramp: {seconds: 90}, healthcheck: {manual_resume: true}}')).toEqual({
      ramp: { seconds: 90, floor: 0.1 },
      manualResume: true,
    });
    expect(recoveryOf('{answers: 1}')).toEqual(DEFAULT_STEERING.recovery);
  });

  it('reaches the check of every endpoint', () => {
    const zone = zoneOf(
      '{healthcheck: {interval: 2, timeout: 0.5, rise: 3, fall: 4, expect_status: [200-299, 404], expect_body: ok, method: POST, headers: {X-A: b}, tls_verify: true, target: 10.0.0.5, quorum: 0.6}}',
    );
    expect(zone.model!.dynamics[0]!.pools[0]!.endpoints[0]!.check).toMatchObject({
      ...{
        target: '10.0.0.5',
        intervalMs: 2_000,
        timeoutMs: 500,
        rise: 3,
        fall: 4,
        expectText: 'ok',
        method: 'POST',
        tlsVerify: true,
        quorum: 0.6,
      },
      expectStatus: [
        [200, 299],
        [404, 404],
      ],
      headers: { 'X-A': 'b' },
    });
  });

  it('says where it is wrong', () => {
    expect(zoneOf('\n      answers: 1\n      colour: blue').places).toEqual(['7:7 meridian-invalid']);
    expect(zoneOf('\n      answers: 99').places).toEqual(['6:16 meridian-invalid']);
  });
});
