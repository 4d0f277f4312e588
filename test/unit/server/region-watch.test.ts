import { describe, expect, it } from 'vitest';
import type { NumberedRegion } from '../../../src/geo/nearest-regions.ts';
import { RegionWatch } from '../../../src/server/region-watch.ts';
import type { ClassSpec } from '../../../src/zone/zone-model.ts';
import { regionAt } from '../../tools/model-zone.ts';

const numbered = (...regions: string[]): NumberedRegion[] => regions.map((region, number) => ({ region, number }));

describe('RegionWatch', () => {
  it('follows regions that come and go, those with a place alone, and says nothing twice', async () => {
    let agents = numbered('a', 'b');
    const specs: (string[] | null)[] = [];
    const watch = new RegionWatch({
      log: { error: () => {} },
      regions: () => ['a', 'b', 'c', 'e'].map((name, i) => regionAt(name, i, i)),
      agentRegions: () => agents,
      follow: async (spec: ClassSpec | null) => {
        specs.push(spec?.preference?.candidates.map(({ region }) => region) ?? null);
      },
    });
    for (const next of [agents, numbered('a', 'b', 'c', 'd'), numbered('a', 'b', 'c'), numbered('a', 'd')]) {
      agents = next;
      await watch.look();
      await watch.look();
    }
    expect(specs).toEqual([null, ['a', 'b', 'c'], null]);
  });

  it('tries again when the table could not be made', async () => {
    const told: string[] = [];
    let tries = 0;
    const watch = new RegionWatch({
      log: { error: (_: unknown, message?: string) => void told.push(message ?? '') } as never,
      regions: () => ['a', 'b', 'c'].map((name, i) => regionAt(name, i, i)),
      agentRegions: () => numbered('a', 'b', 'c'),
      follow: async () => {
        if (tries++ === 0) throw new Error('the builder is gone');
      },
    });
    for (let i = 0; i < 3; i++) await watch.look();
    expect(tries).toBe(2);
    expect(told).toEqual(['the table of nearest regions could not be made anew']);
  });
});
