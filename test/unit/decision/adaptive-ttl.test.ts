import { describe, expect, it } from 'vitest';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import type { SteeringModel } from '../../../src/zone/zone-model.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

/** TTL of the answer when each endpoint of pools one (2 endpoints), two and three wishes what `wishes` says. */
function ttlOf(wishes: Readonly<Record<string, number | 'down'>>, steering: Partial<SteeringModel> = {}): number {
  const pools = {
    one: { fallback: 'two', values: ['192.0.2.1', '192.0.2.2', '192.0.2.9 1 up'] },
    two: { fallback: 'three', values: ['192.0.2.3'] },
    three: { values: ['192.0.2.4'] },
  };
  const ttl = { min: 5, max: 60 };
  const record = { name: 'www', ttl: 300, pools, rules: [{ pool: 'one' }], steering: { ttl, ...steering } };
  const serving = serve([modelZone('example.', [], [record])]);
  for (const [value, wish] of Object.entries(wishes)) {
    const barred = wish === 'down';
    serving.tables.health[serving.slotOf(value)] = packHealth({
      ...unpackHealth(UNKNOWN_WORD),
      verdict: barred ? Verdict.DOWN : Verdict.UP,
      barred,
      ttlSeconds: barred ? 0 : wish,
    });
  }
  return readReply(new Asker(serving.tables).ask(buildQuery('www.example.', 'A', { id: 1 }))!).answers[0]!.ttl;
}

describe('an adaptive TTL', () => {
  it('is the longest while nobody wishes for less', () => {
    expect(ttlOf({})).toBe(60);
  });

  it('is the shortest wish of the pool, whichever endpoint was drawn', () => {
    expect(ttlOf({ '192.0.2.1': 20, '192.0.2.2': 40 })).toBe(20);
  });

  it('stays between its bounds', () => {
    expect(ttlOf({ '192.0.2.1': 1 })).toBe(5);
    expect(ttlOf({ '192.0.2.1': 250 })).toBe(60);
  });

  it('minds the pools that were passed over, and not those that were not asked', () => {
    expect(ttlOf({ '192.0.2.3': 10 })).toBe(60);
    const one = { '192.0.2.1': 'down', '192.0.2.2': 'down', '192.0.2.9': 30 } as const;
    // An endpoint of status up never changes, so its wish is nobody's.
    expect(ttlOf({ ...one, '192.0.2.3': 10 })).toBe(60);
    expect(ttlOf({ '192.0.2.1': 15, '192.0.2.2': 'down' }, { method: 'failover' })).toBe(15);
  });

  it('minds every equal', () => {
    expect(ttlOf({ '192.0.2.4': 12 }, { method: 'weighted' })).toBe(12);
  });

  it('is the shortest when every pool is exhausted', () => {
    expect(ttlOf({ '192.0.2.4': 12 }, { candidates: [1], method: 'failover' })).toBe(60);
    const down = { '192.0.2.3': 'down', '192.0.2.4': 'down' } as const;
    expect(ttlOf(down, { candidates: [1], method: 'failover' })).toBe(5);
  });

  it('is not what a record without bounds has', () => {
    expect(ttlOf({ '192.0.2.1': 20 }, { ttl: null })).toBe(300);
  });
});
