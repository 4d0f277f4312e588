/**
 * A minute of every target, from a seed that is printed (MERIDIAN_FUZZ_SEED gives another); `npm run fuzz` goes on for as long as one
 * likes. A failure names target, seed and case.
 */

import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz-run.ts';
import { TARGETS } from './target-list.ts';

const SEED = Number(process.env.MERIDIAN_FUZZ_SEED ?? 20_261_122);
const ALL_MS = 60_000;

describe(`every target under seed ${SEED}`, () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s keeps its promises', async (name, target) => {
    const report = await fuzz(target, { seed: SEED, milliseconds: ALL_MS / TARGETS.length });
    console.log(`${name}: ${report.executions} executions, slowest ${report.slowestMs.toFixed(1)} ms`);
    const told = report.findings.map(
      ({ caseNumber, fault, input }) =>
        `npm run fuzz -- ${name} --seed ${SEED} --case ${caseNumber}: ${fault}\n${Buffer.from(input).toString('hex')}`,
    );
    expect(told).toEqual([]);
    expect(report.executions).toBeGreaterThan(0);
  });
});
