import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDrill } from '../drill/drill.ts';
import { DRILLS } from '../drill/drill-list.ts';
import { findTool } from '../tools/tool-finder.ts';

/** A tenth of the time and of the crowd: enough to see a drill break, not to measure. */
const SCALE = 0.1;
const isLinux = existsSync('/proc/self/limits') && findTool('prlimit') !== null;

describe.skipIf(!isLinux)('a legitimate stream holds through (skipped without /proc and prlimit)', () => {
  it.each(DRILLS.map((drill) => [drill.name, drill] as const))('%s, in small', async (_, drill) => {
    const { line, faults } = await runDrill(drill, SCALE);
    expect(faults, line).toEqual([]);
  });
});
