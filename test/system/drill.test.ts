import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDrill } from '../drill/drill.ts';
import { DRILLS } from '../drill/drill-list.ts';
import { growthMbPerHour, runSoak } from '../drill/soak.ts';
import { findTool } from '../tools/tool-finder.ts';

/** A tenth of the time and of the crowd: enough to see a drill break, not to measure. */
const SCALE = 0.1;
const SOAK_SECONDS = 3;
const isLinux = existsSync('/proc/self/limits') && findTool('prlimit') !== null;

describe.skipIf(!isLinux)('a legitimate stream holds through (skipped without /proc and prlimit)', () => {
  for (const drill of DRILLS.filter(({ inFullOnly }) => !inFullOnly)) {
    const lack = drill.lacks?.() ?? null;
    const name = lack === null ? `${drill.name}, in small` : `${drill.name} (skipped: ${lack})`;
    it.skipIf(lack !== null)(name, async () => {
      const { line, faults } = await runDrill(drill, SCALE);
      console.log(`figure: ${line}`);
      expect(faults, line).toEqual([]);
    });
  }

  it('a soak of a few seconds', async () => {
    const { line, faults } = await runSoak(SOAK_SECONDS, 6);
    console.log(`figure: ${line}`);
    expect(faults, line).toEqual([]);
  });
});

describe('the growth of memory', () => {
  it('is the slope of its lowest values after the warm-up', () => {
    // 2 MB an hour under a saw of 5 s, behind a steep beginning.
    const samples = Array.from({ length: 1_000 }, (_, second) =>
      second < 100 ? second : 100 + (second * 2) / 3_600 + (second % 5) * 10,
    );
    expect(growthMbPerHour(samples)).toBeCloseTo(2, 1);
    expect(growthMbPerHour([1, 2, 3])).toBe(0);
  });
});
