import { describe, expect, it } from 'vitest';
import { DecisionTrace } from '../../../src/decision/trace.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import type { SteeringModel } from '../../../src/zone/zone-model.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, network, networkAt, regionAt, serve } from '../../tools/model-zone.ts';

const pools = {
  eu: { fallback: 'us', values: ['192.0.2.1 3', '192.0.2.2 1 up', '192.0.2.3 1 down'] },
  us: { values: ['192.0.2.4'] },
};
const rules = [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }];
const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

function traced(ecs: string | null, edit: (set: (value: string, word: number) => void) => void = () => undefined) {
  const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules }])], [network('100.0.0.0/8', 'DE')]);
  edit((value, word) => {
    serving.tables.health[serving.slotOf(value)] = word;
  });
  const trace = new DecisionTrace();
  const query = buildQuery('www.example.', 'A', ecs === null ? { id: 1 } : { id: 1, ecs });
  const bytes = new Asker(serving.tables, 77).ask(query, '127.0.0.1', 0, trace) ?? expect.fail('silence');
  return { trace, step: trace.steps.at(-1) ?? expect.fail('no step'), reply: readReply(bytes) };
}

describe('a traced decision', () => {
  it('names rule, pool, every endpoint with its fate, and what was answered', () => {
    const { step, reply } = traced('100.1.2.0/24', (set) => set('192.0.2.1', DOWN));
    expect(step).toMatchObject({
      name: 'www.example.',
      type: 'A',
      placedBy: 'client subnet',
      rule: 1,
      scope: 8,
      outcome: 'pool eu',
      chosen: ['192.0.2.2'],
      ttlSeconds: 30,
    });
    expect(step.pools.map((pool) => pool.pool)).toEqual(['eu']);
    expect(step.pools[0]?.endpoints.map((endpoint) => [endpoint.value, endpoint.status, endpoint.fate])).toEqual([
      ['192.0.2.1', 'obey', 'down'],
      ['192.0.2.2', 'up', 'eligible'],
      ['192.0.2.3', 'down', 'status down'],
    ]);
    expect(reply.answers.map((record) => record.data)).toEqual(step.chosen);
  });

  it('shows the pools passed over, and the last resort', () => {
    const drained = packHealth({ ...unpackHealth(UNKNOWN_WORD), factor: 0, shifted: true });
    const { step } = traced('100.1.2.0/24', (set) => {
      set('192.0.2.1', DOWN);
      set('192.0.2.2', drained);
      set('192.0.2.4', DOWN);
    });
    expect(step.pools.map((pool) => [pool.pool, pool.eligibleWeight])).toEqual([
      ['eu', 0],
      ['us', 0],
    ]);
    expect(step.pools[0]?.endpoints[1]?.fate).toBe('drained');
    expect([step.outcome, step.chosen]).toEqual(['every pool exhausted; all_down: values', ['192.0.2.250']]);
  });

  it('says why a client subnet was not used', () => {
    expect(traced('10.0.0.0/8').step).toMatchObject({ placedBy: 'source address', rule: 2 });
    expect(traced('10.0.0.0/8').step.subnetNote).toContain('not a globally routable address');
    expect(traced('0.0.0.0/0').step.subnetNote).toContain('RFC 7871');
    expect(traced(null).step).toMatchObject({ placedBy: 'source address', subnetNote: null });
  });

  it('is replayed by its seed', () => {
    expect(traced('100.1.2.0/24').trace.seed).toBe(traced('100.1.2.0/24').trace.seed);
    expect(traced('100.1.2.0/24').reply.bytes).toEqual(traced('100.1.2.0/24').reply.bytes);
  });

  it('shows method, balance, key, score and turn, and why the TTL is what it is', () => {
    const stepOf = (steering: Partial<SteeringModel>) => {
      const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules: [{ pool: 'eu' }], steering }])]);
      const trace = new DecisionTrace();
      const asker = new Asker(serving.tables, 77);
      for (let i = 0; i < 2; i++) asker.ask(buildQuery('www.example.', 'A', { id: 1 }), '127.0.0.1', 0, trace);
      return trace.steps[1] ?? expect.fail('no step');
    };
    const hashed = stepOf({ balance: 'hash', method: 'weighted', ttl: { min: 5, max: 50 } });
    expect(hashed).toMatchObject({ method: 'weighted', balance: 'hash', ttlSeconds: 50, nearTie: null });
    expect(hashed.ttlReason).toContain('no endpoint asked for less');
    expect(hashed.pools.map(({ pool, share }) => [pool, share])).toEqual([
      ['eu', 1],
      ['us', 1],
    ]);
    const drawnFrom = hashed.pools.find(({ endpoints }) => endpoints.some(({ value }) => value === hashed.chosen[0]));
    const scores = drawnFrom!.endpoints.flatMap(({ score, value }) => (score === null ? [] : [{ score, value }]));
    expect(scores.sort((a, b) => a.score - b.score)[0]!.value).toBe(hashed.chosen[0]);
    const turning = stepOf({ balance: 'round_robin', nearTie: { ratio: 0.1, marginMs: 2.5 } });
    expect(turning).toMatchObject({ key: null, ttlReason: "the record's own", nearTie: { ratio: 0.1, marginMs: 2.5 } });
    const turns = turning.pools[0]!.endpoints.flatMap(({ turn }) => turn ?? []);
    expect(turns).toHaveLength(2);
    expect(turns.reduce((sum, turn) => sum + turn, 0)).toBe(0);
  });

  it('lists a fallback that was to be exercised and had nothing to offer', () => {
    const steering = { trickle: 0.5 };
    const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules: [{ pool: 'eu' }], steering }])]);
    serving.tables.health[serving.slotOf('192.0.2.4')] = DOWN;
    const trace = new DecisionTrace();
    new Asker(serving.tables, 77).ask(buildQuery('www.example.', 'A', { id: 1 }), '127.0.0.1', 0, trace);
    expect(trace.steps[0]).toMatchObject({ outcome: 'pool eu', isTrickled: false });
    expect(trace.steps[0]!.pools.map(({ pool }) => pool)).toEqual(['eu', 'us']);
  });

  it('tells clients that a rule pins from those that the method places, and those inside a fence', () => {
    const steering = { method: 'nearest' as const };
    const DE = [{ continent: 'EU', country: 'DE', province: null }];
    const stepOf = (ecs: string, extra: Partial<SteeringModel>) => {
      const placed = { eu: { ...pools.eu, region: 'r' }, us: { ...pools.us, region: 'r' } };
      const sketch = {
        name: 'www',
        pools: placed,
        rules: [{ geos: ['EU-FR'], pool: 'us' }, { pool: 'eu' }],
        steering: { ...steering, ...extra },
      };
      const networks = [network('100.0.0.0/8', 'DE'), network('101.0.0.0/8', 'FR'), networkAt('102.0.0.0/8', 50, 9)];
      const { tables } = serve([modelZone('example.', [], [sketch])], networks, [regionAt('r', 50, 9)]);
      const trace = new DecisionTrace();
      new Asker(tables).ask(buildQuery('www.example.', 'A', { id: 1, ecs }), '127.0.0.1', 0, trace);
      return trace.steps[0];
    };
    const fences = [{ geos: DE, pools: [1], onDown: 'nodata' as const }];
    expect(stepOf('102.0.0.0/24', {})).toMatchObject({ rule: 2, method: 'nearest', isFenced: false });
    expect(stepOf('101.0.0.0/24', {})).toMatchObject({ rule: 1, method: 'rules', isFenced: false });
    expect(stepOf('101.0.0.0/24', { fences })!.fences).toEqual([]);
    expect(stepOf('100.0.0.0/24', { fences })).toMatchObject({
      rule: null,
      isFenced: true,
      fences: [{ number: 1, geos: ['EU-DE'], omitted: 0 }],
    });
    const withFallback = [{ ...fences[0]!, onDown: 'fallback' as const }];
    expect(stepOf('100.0.0.0/24', { fences: withFallback })).toMatchObject({ rule: 2, isFenced: true });
  });
});
