/**
 * An explanation is the query's own decision: over random worlds, health and clients it says what was answered, never calls
 * eligible what is down, and replays to the same octets. `npm run replays` does 100,000 of them.
 */

import { expect, it } from 'vitest';
import { RandomStream } from '../../src/base/random.ts';
import { NO_LATENCY_FACTS } from '../../src/geo/pool-costs.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../src/health/health-table.ts';
import { explainQuery } from '../../src/server/explanation.ts';
import { replayExplanation } from '../../src/server/replay.ts';
import { ALL_DOWN_ORDER, BALANCE_ORDER } from '../../src/zone/zone-image.ts';
import type { SteeringMethod } from '../../src/zone/zone-model.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { Asker, modelZone, network, networkAt, regionAt, serve } from '../tools/model-zone.ts';

const COUNT = Number(process.env.MERIDIAN_REPLAYS ?? 2_000);
const METHODS: readonly SteeringMethod[] = ['rules', 'failover', 'weighted', 'nearest', 'latency'];
const REGIONS = [regionAt('dublin', 53.35, -6.26), regionAt('tokyo', 35.7, 139.7)];
const NETWORKS = [network('20.0.0.0/8', 'DE'), networkAt('20.1.0.0/16', 51.5, -0.12)];
const STATE = unpackHealth(UNKNOWN_WORD);
const DOWN = packHealth({ ...STATE, verdict: Verdict.DOWN, barred: true });
const LAST = packHealth({ ...STATE, verdict: Verdict.DOWN, barred: true, lastGood: true });
const WORDS = [UNKNOWN_WORD, UNKNOWN_WORD, DOWN, DOWN, LAST, packHealth({ ...STATE, factor: 0, shifted: true })];

function world(random: RandomStream) {
  const pick = <T>(list: readonly T[]): T => list[random.nextBelow(list.length)]!;
  const pools = {
    ap: { fallback: 'eu', region: 'tokyo', values: ['192.0.2.1 2', '192.0.2.2', '192.0.2.3 1 up'] },
    eu: { fallback: 'us', region: 'dublin', share: 7, values: ['192.0.2.11 3', '192.0.2.12 1 down'] },
    us: { share: 2, values: ['192.0.2.21', '192.0.2.22 5'] },
  };
  const steering = {
    method: pick(METHODS),
    balance: pick(BALANCE_ORDER),
    answers: pick([1, 2]),
    trickle: pick([0, 0.3]),
    minHealthy: pick([0, 0.6]),
    allDown: pick(ALL_DOWN_ORDER),
    ttl: pick([null, { min: 5, max: 60 }]),
    sticky: pick([null, { prefixV4: 20, prefixV6: 56 }]),
  };
  const rules = [{ geos: ['EU'], pool: 'eu' }, { pool: 'ap' }];
  const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules, steering }])], NETWORKS, REGIONS);
  return { serving, pick, steering };
}

it(`${COUNT} explanations say what the query got, and replay to the same octets`, { timeout: 3_600_000 }, () => {
  const random = new RandomStream(2026);
  for (let done = 0; done < COUNT; ) {
    const { serving, pick, steering } = world(random);
    const { tables } = serving;
    const places = { locations: null, regions: REGIONS, agentRegions: [], facts: NO_LATENCY_FACTS };
    const ground = { tables, ...places, endpointOf: () => null };
    for (let i = 0; i < 50; i++, done++) {
      const everyDown = random.nextBelow(4) === 0;
      for (const { slot } of serving.registry.endpoints()) tables.health[slot] = everyDown ? DOWN : pick(WORDS);
      const ecs = `${pick(['20.0', '20.1', '9.9'])}.${random.nextBelow(256)}.0/24`;
      const seed = random.nextBits() | 0;
      const told = explainQuery({ ...ground, name: 'www.example', type: 'A', client: '127.0.0.1', ecs, seed });
      const asked = new Asker(tables, seed).ask(buildQuery('www.example.', 'A', { id: 0, ecs }), '127.0.0.1', 1);
      const [query, explained] = [readReply(asked!), readReply(Buffer.from(told.answer, 'base64'))];
      const step = told.trace.steps[0]!;
      const context = JSON.stringify({ steering, step });
      expect([explained.rcode, explained.answers, explained.subnet], context).toEqual([
        query.rcode,
        query.answers,
        query.subnet,
      ]);
      expect(step.chosen, context).toEqual(query.answers.map(({ data }) => data));
      const chosen = step.pools.flatMap(({ endpoints }) => endpoints.filter(({ isChosen }) => isChosen));
      for (const { fate, status, verdict, weight } of chosen) {
        if (fate === 'eligible') expect(status === 'obey' && verdict === Verdict.DOWN, context).toBe(false);
        expect(weight > 0 && status !== 'down', context).toBe(true);
      }
      // Only what says so answers with what is down.
      if (step.outcome.startsWith('pool '))
        expect(
          chosen.every(({ fate }) => fate === 'eligible'),
          context,
        ).toBe(true);
      expect(replayExplanation(JSON.parse(JSON.stringify(told)), ground).isSame, context).toBe(true);
    }
  }
});
