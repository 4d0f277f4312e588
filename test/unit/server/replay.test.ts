import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import type { LatencyFacts } from '../../../src/geo/landmarks.ts';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { packHealth, storeDissent, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { type ExplainGround, explainQuery } from '../../../src/server/explanation.ts';
import { ReplayError, replayExplanation } from '../../../src/server/replay.ts';
import type { Balance, SteeringMethod, SteeringModel } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import {
  type DynamicSketch,
  modelZone,
  network,
  networkAt,
  regionAt,
  type Serving,
  serve,
} from '../../tools/model-zone.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true, lastGood: true });
const REGIONS = [regionAt('dublin', 53.35, -6.26), regionAt('tokyo', 35.7, 139.7)];
const NETWORKS = [network('20.0.0.0/8', 'DE'), networkAt('20.1.0.0/16', 51.5, -0.12)];

function world(
  steering: Partial<SteeringModel>,
  changed: Partial<DynamicSketch> = {},
  facts: LatencyFacts = NO_LATENCY_FACTS,
): Serving {
  const pools = {
    ap: { fallback: 'eu', region: 'tokyo', values: ['192.0.2.1 2', '192.0.2.2'] },
    eu: { fallback: 'us', region: 'dublin', share: 7, values: ['192.0.2.11 3', '192.0.2.12', '192.0.2.13'] },
    us: { share: 2, values: ['192.0.2.21', '192.0.2.22 5'] },
  };
  const rules = [{ geos: ['EU'], pool: 'eu' }, { pool: 'ap' }];
  const name = { type: 'CNAME' as const, pools: { p: { values: ['www.example.'] } }, rules: [{ pool: 'p' }] };
  const www = { name: 'www', pools, rules, steering, ...changed };
  return serve(
    [modelZone('example.', [], [www, { name: 'alias', values: ['www.example.'], ...name }])],
    NETWORKS,
    REGIONS,
    undefined,
    facts,
  );
}

const groundOf = (serving: Serving): ExplainGround => ({
  tables: serving.tables,
  locations: null,
  regions: REGIONS,
  facts: NO_LATENCY_FACTS,
  agentRegions: [],
  endpointOf: () => null,
});

const METHODS: readonly SteeringMethod[] = ['rules', 'failover', 'weighted', 'nearest', 'latency'];
const BALANCES: readonly Balance[] = ['weighted', 'round_robin', 'random', 'hash', 'least_connections', 'load'];
const COMBINATIONS = METHODS.flatMap((method) => BALANCES.map((balance) => [method, balance] as const));

describe('a replay', () => {
  it.each(COMBINATIONS)('of an explanation by %s and %s has the same octets on another node', (method, balance) => {
    const random = new RandomStream(31);
    const rotations = new Int32Array(16_384).fill(-(2 ** 31));
    for (let i = 0; i < 60; i++) {
      const steering = { method, balance, answers: 1 + (i % 3), trickle: 0.2, allDown: 'last_good' as const };
      const serving = world({ ...steering, minHealthy: i % 2 ? 0.4 : 0, ttl: { min: 5, max: 60 } });
      for (const octet of [1, 2, 11, 12, 13, 21, 22]) {
        const factor = 256 + random.nextBelow(769);
        const isDown = random.nextBelow(2) === 0;
        storeDissent(serving.tables.health, serving.slotOf(`192.0.2.${octet}`), random.nextBelow(8));
        const word = packHealth({
          ...unpackHealth(isDown ? DOWN : UNKNOWN_WORD),
          disputed: !isDown && random.nextBelow(2) === 0,
          ttlSeconds: octet,
          factor,
        });
        serving.tables.health[serving.slotOf(`192.0.2.${octet}`)] = word;
      }
      const nearest = i % 3 === 0 ? null : { regions: i % 3 === 1 ? 0b11 : 0b101, scope: 16 };
      const told = explainQuery({
        ...groundOf(serving),
        name: i % 4 === 0 ? 'alias.example' : 'www.example',
        type: 'A',
        client: '127.0.0.1',
        ecs: i % 5 === 0 ? null : `20.${i % 3}.0.0/24`,
        seed: random.nextBits() | 0,
        told: { rotationSeed: i, turns: rotations, spreads: [i % 2 === 0, i % 2 === 0], nearest: [nearest, nearest] },
      });
      const replay = replayExplanation(
        JSON.parse(JSON.stringify(told)),
        groundOf(world({ ...steering, minHealthy: i % 2 ? 0.4 : 0, ttl: { min: 5, max: 60 } })),
      );
      expect(replay.differences).toEqual([]);
      expect(replay.isSame).toBe(true);
      expect(replay.explanation).toEqual(told);
      const isSpread = balance === 'hash' && i % 10 === 0;
      expect(told.trace.steps.at(-1)?.isSpread).toBe(isSpread);
    }
  });

  it('of an explanation by latency needs nothing that was measured then', () => {
    const checks = [1, 2, 11, 12, 13, 21, 22].map((octet) => {
      const ms = octet < 10 ? 5 : octet < 20 ? 400 : 200;
      return [checkSpec({ target: `192.0.2.${octet}` }).id, new Float64Array(REGIONS.length).fill(ms)] as const;
    });
    const facts = {
      line: { baseMs: 5, msPerKm: 0.02 },
      regions: REGIONS.map(({ name }) => name),
      checks: new Map(checks),
    };
    const steering = { method: 'latency' as const, nearTie: { ratio: 0.1, marginMs: 5 }, answers: 2 };
    for (let i = 0; i < 30; i++) {
      const fences =
        i % 2
          ? [{ geos: [{ continent: 'EU', country: 'DE', province: null }], pools: [1, 2], onDown: 'nodata' as const }]
          : [];
      const ask = { name: 'alias.example', type: 'A', client: '127.0.0.1', ecs: `20.${i % 3}.0.0/24`, seed: 17 * i };
      const told = explainQuery({ ...groundOf(world({ ...steering, fences }, {}, facts)), ...ask });
      const other = world({ ...steering, fences });
      const replay = replayExplanation(JSON.parse(JSON.stringify(told)), groundOf(other));
      expect(replay.differences).toEqual([]);
      expect(replay.isSame).toBe(true);
      expect(replay.explanation.trace).toEqual(told.trace);
    }
  });

  it.each([
    ['a pool that is not there', { pools: [0, 900], ties: 1, next: 0 }],
    ['a rule that is not there', { pools: [0], ties: 1, next: 77 }],
    ['more equals than pools', { pools: [0], ties: 5, next: 0 }],
  ])('does not follow a walk with %s', (_, walk) => {
    const ground = groundOf(world({ method: 'latency' }));
    const told = explainQuery({
      ...ground,
      name: 'www.example',
      type: 'A',
      client: '127.0.0.1',
      ecs: '20.1.0.0/24',
      seed: 1,
    });
    expect(told.trace.steps[0]!.walk).not.toBeNull();
    const forged = JSON.parse(JSON.stringify(told)) as typeof told;
    Object.assign(forged.trace.steps[0]!.walk!, walk);
    expect(replayExplanation(forged, ground).explanation.trace).toEqual(told.trace);
  });

  it('says what is no longer as it was', () => {
    const serving = world({});
    const ask = { name: 'www.example', type: 'A', client: '127.0.0.1', ecs: '20.0.0.0/24', seed: 3 };
    const told = explainQuery({ ...groundOf(serving), ...ask });
    const pools = { eu: { values: ['192.0.2.99'] } };
    const replay = replayExplanation(told, groundOf(world({}, { pools, rules: [{ pool: 'eu' }] })));
    expect(replay.isSame).toBe(false);
    expect(replay.differences).toEqual([
      'www.example. A: pool eu (192.0.2.11 3, 192.0.2.12 1, 192.0.2.13 1) then, eu (192.0.2.99 1) now',
    ]);
  });

  it.each([[null], [{}], [{ name: 'x' }], [[1]], ['text']])('refuses %j', (trace) => {
    expect(() => replayExplanation(trace, groundOf(world({})))).toThrow(ReplayError);
  });
});
