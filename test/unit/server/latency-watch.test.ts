import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { LatencyFacts } from '../../../src/geo/landmarks.ts';
import { distanceKm } from '../../../src/geo/nearness.ts';
import type { RegionLatency } from '../../../src/health/latency-book.ts';
import { LatencyWatch } from '../../../src/server/latency-watch.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { regionAt } from '../../tools/model-zone.ts';

const REGIONS = [
  regionAt('dublin', 53.35, -6.26),
  regionAt('virginia', 38.9, -77.4),
  regionAt('tokyo', 35.7, 139.7),
  regionAt('sydney', -33.9, 151.2),
];
const ENDPOINTS = REGIONS.map(({ name }, i) => ({ spec: endpointSpec(`192.0.2.${i}`, { region: name }) }));
const CHECKS = new Set(ENDPOINTS.map(({ spec }) => spec.check.id));

/** A watch in invented time, over agents in all regions that measure 4 ms + 0.015 ms/km and `extra` from virginia. */
function watched() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const world = {
    nowMs: 0,
    extra: 0,
    isBelieved: true,
    checks: CHECKS,
    agents: REGIONS.map(({ name }) => name),
    waits: false,
  };
  const followed: LatencyFacts[] = [];
  const measure = (check: string): RegionLatency[] => {
    const to = REGIONS[ENDPOINTS.findIndex(({ spec }) => spec.check.id === check)]!;
    return world.agents.map((region) => {
      const from = REGIONS.find(({ name }) => name === region) ?? to;
      const km = distanceKm(from.latitude, from.longitude, to.latitude, to.longitude);
      return { region, ms: 4 + 0.015 * km + (region === 'virginia' ? world.extra : 0), deviationMs: 0 };
    });
  };
  let failures = 0;
  const watch = new LatencyWatch({
    clock: { monotonicMs: () => world.nowMs, wallMs: () => world.nowMs },
    log,
    checks: () => world.checks,
    endpoints: () => ENDPOINTS,
    regions: () => REGIONS,
    measured: () => (world.isBelieved ? measure : null),
    follow: async (facts) => {
      if (failures-- > 0) throw new Error('no builder');
      followed.push(facts);
      return world.waits;
    },
  });
  const look = async (afterMs = 5_000) => {
    world.nowMs += afterMs;
    await watch.look();
    return followed.length;
  };
  return { world, look, followed, lines, failNext: () => (failures = 1) };
}

describe('LatencyWatch', () => {
  it('hands on what is measured, with the line that it draws, and then only what is news', async () => {
    const { world, look, followed } = watched();
    expect(await look()).toBe(1);
    expect(followed[0]!.line.baseMs).toBeCloseTo(4);
    expect(followed[0]!.line.msPerKm).toBeCloseTo(0.015);
    expect([...followed[0]!.checks.keys()]).toEqual([...CHECKS]);
    world.extra = 0.5;
    expect(await look()).toBe(1);
    world.extra = 20;
    expect(await look()).toBe(2);
  });

  it('draws the line again after an hour, and at once when agents of another region are there', async () => {
    const { world, look, followed } = watched();
    await look();
    world.agents = world.agents.slice(0, 3);
    expect(await look(3_600_000)).toBe(2);
    const [before] = followed;
    expect(followed[1]!.regions).toHaveLength(3);
    expect(before!.regions).toHaveLength(4);
  });

  it('holds everything while agents are not to be believed, however long', async () => {
    const { world, look, followed } = watched();
    await look();
    world.isBelieved = false;
    expect(await look(86_400_000)).toBe(1);
    world.isBelieved = true;
    expect(await look()).toBe(1);
    expect(followed[0]!.regions).toHaveLength(4);
  });

  it('keeps what a silent agent measured for ten minutes', async () => {
    const { world, look, followed } = watched();
    await look();
    world.agents = ['dublin', 'tokyo', 'sydney'];
    expect(await look(500_000)).toBe(1);
    expect(await look(200_000)).toBe(2);
    expect(followed[1]!.regions).toEqual(['dublin', 'sydney', 'tokyo']);
  });

  it('asks again while places wait for their minute, and after a failure', async () => {
    const { world, look, lines, failNext } = watched();
    world.waits = true;
    expect(await look()).toBe(1);
    world.waits = false;
    expect(await look()).toBe(2);
    expect(await look()).toBe(2);
    world.extra = 50;
    failNext();
    expect(await look()).toBe(2);
    expect(lines.at(-1)).toMatchObject({ event: 'latencies-failed' });
    expect(await look()).toBe(3);
  });

  it('warns once of agents in a region that regions.yaml does not have, and goes on without them', async () => {
    const { world, look, followed, lines } = watched();
    world.agents = ['local', ...world.agents];
    await look();
    world.extra = 30;
    await look();
    expect(followed[1]!.regions).not.toContain('local');
    expect(lines.filter(({ event }) => event === 'agent-region-unknown')).toMatchObject([{ region: 'local' }]);
  });

  it('does nothing where no record is steered by latency, and forgets when none is any more', async () => {
    const { world, look, followed } = watched();
    world.checks = new Set();
    expect(await look()).toBe(0);
    world.checks = CHECKS;
    expect(await look()).toBe(1);
    world.checks = new Set();
    expect(await look()).toBe(2);
    expect(followed[1]!.checks.size).toBe(0);
    expect(await look()).toBe(2);
  });
});
