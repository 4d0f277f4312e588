import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { decide } from '../../../src/decision/decide.ts';
import { Decision } from '../../../src/decision/decision.ts';
import { compareGround, loseEachRegion, regionsOf, wordsOfNothing } from '../../../src/decision/what-if-report.ts';
import { compileClassMap } from '../../../src/geo/class-table.ts';
import type { LatencyFacts } from '../../../src/geo/landmarks.ts';
import { isEligibleWord } from '../../../src/health/health-table.ts';
import { wordsWithout } from '../../../src/health/planned-words.ts';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { RRType } from '../../../src/wire/codes.ts';
import type { SteeringMethod } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { type DynamicSketch, modelZone, serve } from '../../tools/model-zone.ts';
import { CLIENT_NETWORKS, groundOf, poolIn, WORLD_REGIONS } from '../../tools/what-if-world.ts';
import { findNode } from '../../tools/zone-node.ts';

const POOLS = {
  eu: { ...poolIn('dublin', 1, 100, 150), share: 2, fallback: 'us' },
  us: { ...poolIn('virginia', 2, 100, 150), share: 1, fallback: 'ap' },
  ap: { ...poolIn('tokyo', 3, 100, 150), share: 1 },
};
const sketch = (method: SteeringMethod): DynamicSketch => ({
  name: 'www',
  pools: POOLS,
  rules: [{ subnets: ['5.5.7.0/24'], pool: 'ap' }, { pool: 'eu' }],
  steering: { method, nearTie: { ratio: 0.2, marginMs: 5 }, trickle: 0.05, minHealthy: 0.5 },
});
const METHODS: readonly SteeringMethod[] = ['rules', 'failover', 'weighted', 'nearest', 'latency'];
/** Virginia measures Dublin's pool as nearer than its own, and Tokyo's as far. */
const CHECKS = [1, 2, 3].map((octet) => checkSpec({ target: `192.0.2.${octet}` }).id);
const FACTS: LatencyFacts = {
  line: { baseMs: 5, msPerKm: 0.02 },
  regions: ['dublin', 'virginia'],
  checks: new Map([
    [CHECKS[0]!, Float64Array.of(5, 40)],
    [CHECKS[1]!, Float64Array.of(110, 70)],
    [CHECKS[2]!, Float64Array.of(250, 240)],
  ]),
};

describe('what-if over records', () => {
  it.each(METHODS)('has the shares that queries have, before and without each region: %s', (method) => {
    const ground = groundOf([sketch(method)], undefined, undefined, FACTS);
    const losses = loseEachRegion(ground, wordsOfNothing(ground), null);
    expect(losses.map(({ region }) => region)).toEqual(regionsOf(ground));
    const whole = simulate(method, null);
    for (const { region, records } of losses) {
      const { pools } = records[0]!;
      const without = simulate(method, region);
      // Six standard deviations of 40,000 queries.
      for (const [i, pool] of pools.entries()) {
        expect(Math.abs(whole[i]! - pool.before)).toBeLessThan(0.015);
        expect(Math.abs(without[i]! - pool.after)).toBeLessThan(0.015);
      }
    }
  });

  it('tells how far it is, record by record and loss by loss', () => {
    const ground = groundOf([sketch('nearest'), { ...sketch('weighted'), name: 'api' }]);
    const words = wordsOfNothing(ground);
    const [compared, lost]: [number[], number[]] = [[], []];
    compareGround(ground, { before: words, after: words }, null, (done) => compared.push(done));
    loseEachRegion(ground, words, null, (done) => lost.push(done));
    expect(compared).toEqual([0, 0.25, 0.5, 0.75]);
    expect(lost.map((done) => Number(done.toFixed(3)))).toEqual([0, 0.167, 0.333, 0.5, 0.667, 0.833]);
  });

  it('goes by latencies, not by distance, where they are known', () => {
    const byPool = (facts?: LatencyFacts) => {
      const ground = groundOf([sketch('latency')], undefined, undefined, facts);
      const [record] = compareGround(
        ground,
        { before: wordsOfNothing(ground), after: wordsOfNothing(ground) },
        null,
      ).records;
      return record!.pools.map(({ before }) => before);
    };
    const [byDistance, byFacts] = [byPool(), byPool(FACTS)];
    // Boston's quarter goes to Dublin, but for those who exercise the fallback.
    expect(byFacts[0]! - byDistance[0]!).toBeGreaterThan(0.2);
  });

  it('says who would pass its maximum, and by how much', () => {
    const ground = groundOf([{ ...sketch('weighted'), rules: [{ pool: 'eu' }], steering: { method: 'weighted' } }]);
    const words = wordsOfNothing(ground);
    const loss = loseEachRegion(ground, words, null).map(({ region, over }) => [
      region,
      over.map(({ pool, load, overBy }) => [pool, Math.round(load), Math.round(overBy)]),
    ]);
    // 300 in all. Without Dublin 150 each; without another, 200 for Dublin, where it has 150 in any case.
    expect(loss).toEqual([
      ['dublin', []],
      ['virginia', [['eu', 200, 50]]],
      ['tokyo', [['eu', 200, 50]]],
    ]);
    const half = loseEachRegion(ground, words, 150);
    expect(half.every(({ over }) => over.length === 0)).toBe(true);
  });

  it('takes records together, each counting the same', () => {
    const pools = { only: { region: 'tokyo', values: ['192.0.2.9'] } };
    const ground = groundOf([
      { ...sketch('failover'), rules: [{ pool: 'eu' }], steering: { method: 'failover' } },
      { name: 'api', pools, rules: [{ pool: 'only' }] },
    ]);
    const before = wordsOfNothing(ground);
    const after = wordsWithout(before, ground.endpoints, new Set(['dublin']));
    const { regions, movedShare, records } = compareGround(ground, { before, after }, null);
    expect(regions).toEqual([
      { region: 'dublin', before: 0.5, after: 0 },
      { region: 'virginia', before: 0, after: 0.5 },
      { region: 'tokyo', before: 0.5, after: 0.5 },
    ]);
    expect(movedShare).toBe(0.5);
    expect(records.map(({ load }) => load)).toEqual([300, null]);
  });

  it('begins from the health that it is given', () => {
    const ground = groundOf([{ ...sketch('failover'), rules: [{ pool: 'eu' }], steering: { method: 'failover' } }]);
    const words = wordsWithout(wordsOfNothing(ground), ground.endpoints, new Set(['dublin']));
    const [dublin, virginia] = loseEachRegion(ground, words, null);
    expect(dublin!.movedShare).toBe(0);
    expect(virginia!.records[0]!.pools.map(({ before, after }) => [before, after])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
  });
});

/** Shares of the pools among 40,000 queries from all over 5.5.0.0/16, by the tables of a node. */
function simulate(method: SteeringMethod, lost: string | null): number[] {
  const { tables, registry } = serve(
    [modelZone('example.', [], [sketch(method)])],
    CLIENT_NETWORKS,
    WORLD_REGIONS,
    compileClassMap,
    FACTS,
  );
  const endpoints = [...registry.endpoints()].map(({ spec }) => spec);
  if (lost !== null) tables.health.set(wordsWithout(tables.health, endpoints, new Set([lost])));
  expect([...tables.health].some((word) => !isEligibleWord(word))).toBe(lost !== null);
  const zone = tables.zones[0]!;
  const at = zone.dataOf(zone.findRRset(findNode(zone, 'www.example.'), RRType.A));
  const decision = new Decision();
  const random = new RandomStream(METHODS.indexOf(method) + 1);
  const request = { sourceFamily: 4 as const, sourceWords: new Uint32Array(4), subnet: new ClientSubnet() };
  const counts = [0, 0, 0];
  const rounds = 40_000;
  for (let i = 0; i < rounds; i++) {
    request.sourceWords[0] = ((5 << 24) | (5 << 16) | random.nextBelow(65_536)) >>> 0;
    decide(decision, zone, at, request, tables.classTables, tables.health, random);
    if (decision.pool >= 0) counts[decision.pool]! += 1 / rounds;
  }
  return counts;
}
