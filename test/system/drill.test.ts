import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDrill } from '../drill/drill.ts';
import { DRILLS } from '../drill/drill-list.ts';
import { findTool } from '../tools/tool-finder.ts';

/** A tenth of the time and of the crowd: enough to see a drill break, not to measure. */
const SCALE = 0.1;
const isLinux = existsSync('/proc/self/limits') && findTool('prlimit') !== null;

describe.skipIf(!isLinux)('a legitimate stream holds through (skipped without /proc and prlimit)', () => {
  for (const drill of DRILLS) {
    const lack = drill.lacks?.() ?? null;
    const name = lack === null ? `${drill.name}, in small` : `${drill.name} (skipped: ${lack})`;
    it.skipIf(lack !== null)(name, async () => {
      const { line, faults } = await runDrill(drill, SCALE);
      console.log(`figure: ${line}`);
      expect(faults, line).toEqual([]);
    });
  }
});
