/** How long the tables of 50 records of 20 pools take to follow other latencies, over all location classes of full city data. */

import { RandomStream } from '../../src/base/random.ts';
import type { LocationTable } from '../../src/geo/location-table.ts';
import { GroupTables } from '../../src/server/group-tables.ts';
import type { ClassSpec } from '../../src/zone/zone-model.ts';
import { regionAt } from '../tools/model-zone.ts';

const RECORDS = 50;
const POOLS = 20;
const ROUNDS = 5;

/** Milliseconds of this thread's processor time for each recompute, every link having moved by up to 4 ms; the first, from nothing, is not among them. */
export function timeLatencyRecomputes(locations: LocationTable): number[] {
  const random = new RandomStream(1);
  const regions = Array.from({ length: POOLS }, (_, i) =>
    regionAt(`r${i}`, random.nextBelow(120) - 55, random.nextBelow(360) - 180),
  );
  const checks = new Map<string, Float64Array>();
  const specs = Array.from({ length: RECORDS }, (_, record): [number, ClassSpec] => {
    const candidates = regions.map(({ name: region }, pool) => {
      const id = `${record} ${pool}`;
      checks.set(
        id,
        Float64Array.from(regions, () => 10 + random.nextBelow(200)),
      );
      return { pool, region, bias: 0, checks: [{ id, weight: 1 }] };
    });
    const nearTie = { ratio: 0.1, marginMs: 5 };
    const preference = { base: 1, method: 'latency' as const, candidates, nearTie, fences: [], walks: [] };
    return [record, { targets: [], otherwise: 0, preference }];
  });
  const groups = new GroupTables();
  groups.update(specs, [], locations, regions);
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const row of checks.values()) for (let i = 0; i < row.length; i++) row[i]! += random.nextBelow(9) - 4;
    const line = { baseMs: 5, msPerKm: 0.02 };
    groups.setFacts({ line, regions: regions.map(({ name }) => name), checks });
    const before = process.threadCpuUsage();
    groups.followLatency(round * 100_000, locations, regions);
    const { user, system } = process.threadCpuUsage(before);
    if (round > 0) times.push((user + system) / 1_000);
  }
  return times;
}
