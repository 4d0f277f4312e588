import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { decide } from '../../../src/decision/decide.ts';
import { Decision, Outcome } from '../../../src/decision/decision.ts';
import {
  answersOf,
  EVERYBODY,
  expectationOf,
  poolOfSource,
  type Survey,
  surveyRRset,
} from '../../../src/decision/expected-shares.ts';
import { classOf, compileClassMap, compileClassTable, lookupClass } from '../../../src/geo/class-table.ts';
import type { LatencyFacts } from '../../../src/geo/landmarks.ts';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { RRType } from '../../../src/wire/codes.ts';
import type { AllDown, Balance, FenceExit, SteeringMethod } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import {
  type DynamicSketch,
  modelZone,
  network,
  networkAt,
  type PoolSketch,
  regionAt,
  serve,
} from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

const METHODS: readonly SteeringMethod[] = ['rules', 'failover', 'weighted', 'nearest', 'latency'];
const BALANCES: readonly Balance[] = ['weighted', 'round_robin', 'random', 'hash', 'load'];
const ALL_DOWNS: readonly AllDown[] = ['serve_all', 'values', 'first_pool', 'last_good', 'nodata', 'servfail'];
const EXITS: readonly FenceExit[] = ['serve_anyway', 'nodata', 'fallback'];
const CITIES = [
  ['dublin', 53.35, -6.26],
  ['london', 51.5, -0.12],
  ['virginia', 38.9, -77.4],
  ['tokyo', 35.7, 139.7],
] as const;
const REGIONS = CITIES.map(([name, latitude, longitude]) => regionAt(name, latitude, longitude));
/** A /10 of clients in each place, wide enough for many client prefixes. */
const NETWORKS = [
  network('20.0.0.0/10', 'DE'),
  networkAt('20.64.0.0/10', 51, -3),
  networkAt('20.128.0.0/10', 42.36, -71.06),
  network('20.192.0.0/10', 'US', 'CA'),
];
const CLIENTS = [20 << 24, (20 << 24) + (64 << 16), (20 << 24) + (128 << 16), (20 << 24) + (192 << 16), 99 << 24];

/** A record with a bit of everything. */
function sketchOf(random: RandomStream, method: SteeringMethod, balance: Balance): DynamicSketch {
  const pick = <T>(list: readonly T[]): T => list[random.nextBelow(list.length)]!;
  const chance = (of: number) => random.nextBelow(of) === 0;
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, 2 + random.nextBelow(4));
  const pools: Record<string, PoolSketch> = {};
  for (const [i, name] of names.entries()) {
    const values = Array.from({ length: 1 + random.nextBelow(chance(5) ? 30 : 3) }, (_, n) => {
      return `192.0.${i}.${n + 1} ${1 + random.nextBelow(9)} ${pick(['obey', 'obey', 'obey', 'up', 'down'])}`;
    });
    const fallback = i + 1 < names.length && !chance(3) ? { fallback: names[i + 1]! } : {};
    const region = chance(6) ? {} : { region: pick(CITIES)[0] };
    pools[name] = { values, ...fallback, ...region, share: random.nextBelow(4), bias: random.nextBelow(61) - 30 };
  }
  const fences = chance(2)
    ? [{ geos: [{ continent: 'EU', country: 'DE', province: null }], pools: [0], onDown: pick(EXITS) }]
    : [];
  return {
    name: 'www',
    pools,
    rules: [{ geos: ['NA-US'], pool: pick(names) }, { pool: pick(names) }],
    values: chance(3) ? [] : ['192.0.9.1', '192.0.9.2'],
    // Several turns of a rotation to an answer: its records have their shares over all places, not each place by itself.
    answers: balance === 'round_robin' ? 1 : 1 + random.nextBelow(2),
    allDown: pick(ALL_DOWNS),
    steering: {
      method,
      balance,
      fences,
      nearTie: chance(2) ? { ratio: 0.3, marginMs: 5 } : null,
      minHealthy: chance(2) ? 0.6 : 0,
      trickle: chance(2) ? 0.2 : 0,
      sticky: chance(4) ? { prefixV4: 24, prefixV6: 56 } : null,
    },
  };
}

function wordOf(random: RandomStream, deadOf: number): number {
  const isDown = random.nextBelow(10) < deadOf;
  return packHealth({
    ...unpackHealth(UNKNOWN_WORD),
    verdict: isDown ? Verdict.DOWN : Verdict.UP,
    barred: isDown,
    lastGood: random.nextBelow(3) === 0,
    factor: [0, 1, 300, 1024, 1024, 1024][random.nextBelow(6)]!,
  });
}

/** What a survey says of the first record of answers, by RDATA number; only what can occur. */
function expected(survey: Survey, classId: number): Map<number, number> {
  const { sources, shares } = expectationOf(survey, classId);
  const sum = new Map<number, number>();
  for (const [i, source] of sources.entries()) {
    const { answers, shares: own } = answersOf(survey, source);
    for (const [j, answer] of answers.entries()) sum.set(answer, (sum.get(answer) ?? 0) + shares[i]! * own[j]!);
  }
  return sum;
}

/** What agents of two regions, and of a third that measures some of it, say of the endpoints of a sketch. */
function factsOf(random: RandomStream, { pools }: DynamicSketch): LatencyFacts {
  const values = Object.values(pools).flatMap((pool) => pool.values.map((line) => line.split(' ')[0]!));
  const rows = values.map((target) => {
    const row = REGIONS.slice(1).map(() => (random.nextBelow(4) === 0 ? Number.NaN : 2 + random.nextBelow(250)));
    return [checkSpec({ target }).id, Float64Array.from(row)] as const;
  });
  const line = { baseMs: 4, msPerKm: 0.018 };
  return { line, regions: REGIONS.slice(1).map(({ name }) => name), checks: new Map(rows) };
}

const ROUNDS = 3_000;

describe('the expectation of a decision', () => {
  it.each(METHODS.flatMap((method) => BALANCES.map((balance) => [method, balance] as const)))(
    'is what decide gives over many seeds and clients: %s, %s',
    (method, balance) => {
      const random = new RandomStream(METHODS.indexOf(method) * BALANCES.length + BALANCES.indexOf(balance) + 1);
      for (let world = 0; world < 12; world++) {
        const sketch = sketchOf(random, method, balance);
        const compile = world % 2 === 0 ? compileClassTable : compileClassMap;
        const facts = method === 'latency' ? factsOf(random, sketch) : NO_LATENCY_FACTS;
        const { tables } = serve([modelZone('example.', [], [sketch])], NETWORKS, REGIONS, compile, facts);
        const deadOf = [0, 3, 8, 10][world % 4]!;
        for (let slot = 0; slot < 200; slot++) tables.health[slot] = wordOf(random, deadOf);
        const zone = tables.zones[0]!;
        const at = zone.dataOf(zone.findRRset(findNode(zone, 'www.example.'), RRType.A));
        const table = tables.classTables[1] ?? null;
        const survey = surveyRRset({ zone, at, table }, tables.health);
        const decision = new Decision();
        for (const client of CLIENTS) {
          const request = { sourceFamily: 4 as const, sourceWords: Uint32Array.of(client), subnet: new ClientSubnet() };
          const classId = table === null ? EVERYBODY : classOf(lookupClass(table, 4, request.sourceWords));
          const wanted = expected(survey, classId);
          const counts = new Map<number, number>();
          for (let i = 0; i < ROUNDS; i++) {
            request.sourceWords[0] = client + random.nextBelow(1 << 22);
            decide(decision, zone, at, request, tables.classTables, tables.health, random);
            const data = decision.dataAt[0]!;
            const text =
              decision.outcome === Outcome.ANSWER
                ? String.fromCharCode(...zone.bytes.subarray(data + 3, data + 7))
                : '';
            const number =
              survey.numbers.get(text) ?? expect.fail(`an answer that was not expected at all: world ${world}`);
            counts.set(number, (counts.get(number) ?? 0) + 1);
          }
          expect([...wanted.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          for (const number of new Set([...counts.keys(), ...wanted.keys()])) {
            const p = wanted.get(number) ?? 0;
            // Six standard deviations, and what the cycle of a rotation may be off.
            const slack = (6 * Math.sqrt(p * (1 - p) * ROUNDS) + 2) / ROUNDS;
            expect(Math.abs((counts.get(number) ?? 0) / ROUNDS - p), `world ${world} client ${client}`).toBeLessThan(
              p === 0 ? 1e-12 : slack,
            );
          }
        }
      }
    },
    60_000,
  );

  it('is one object for classes that get the same, so that comparing them costs once', () => {
    const pools = { eu: { values: ['192.0.2.1'], fallback: 'us' }, us: { values: ['192.0.2.2'] } };
    const rules = [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }];
    const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules }])], NETWORKS);
    const zone = serving.tables.zones[0]!;
    const at = zone.dataOf(zone.findRRset(findNode(zone, 'www.example.'), RRType.A));
    serving.tables.health[serving.slotOf('192.0.2.1')] = packHealth({
      ...unpackHealth(UNKNOWN_WORD),
      verdict: Verdict.DOWN,
      barred: true,
    });
    const survey = surveyRRset({ zone, at, table: serving.tables.classTables[1]! }, serving.tables.health);
    expect(expectationOf(survey, 0)).toBe(expectationOf(survey, 1));
    expect(expectationOf(survey, 0).sources.map((source) => poolOfSource(survey, source))).toEqual([1]);
  });
});
