/**
 * `npm run fuzz [-- TARGET…] [--minutes N] [--seed N] [--case N]`: every named target, or all, in turns of some seconds until the time
 * is over (5 minutes). Prints the seed, what each target did, and each finding, which also becomes a file of test/vectors/fuzz.
 * Ends with 1 if there is one, with 2 if called wrongly. A case is made again with its target, seed and number.
 */

import { writeFinding } from './finding-files.ts';
import { readFuzzOptions } from './fuzz-options.ts';
import { type FuzzReport, fuzz } from './fuzz-run.ts';
import { watchForHangs } from './hang-watch.ts';
import { TARGETS } from './target-list.ts';

const TURN_MS = 20_000;

const names = TARGETS.map(({ name }) => name);
const { targets: wanted, minutes, seed, onlyCase } = readFuzzOptions(process.argv.slice(2), names);
const targets = TARGETS.filter(({ name }) => wanted.includes(name));

const onCase = watchForHangs(names);
const executions = new Map<string, number>();
let findings = 0;
const turnMs = Math.min(TURN_MS, (minutes * 60_000) / targets.length);
const rounds = onlyCase === undefined ? Math.max(1, Math.round((minutes * 60_000) / (turnMs * targets.length))) : 1;
console.log(`seed ${seed}, ${targets.length} targets, ${rounds} rounds of ${(turnMs / 1000).toFixed(1)} s each`);
for (let round = 0; round < rounds; round++) {
  for (const target of targets) {
    // A new round is a new seed: the cases of one seed come in order from the first.
    const options = {
      seed: seed + round,
      milliseconds: turnMs,
      onCase,
      ...(onlyCase === undefined ? {} : { onlyCase }),
    };
    tell(await fuzz(target, options), seed + round);
  }
}
const total = [...executions.values()].reduce((sum, count) => sum + count, 0);
for (const [name, count] of executions) console.log(`${name}: ${count} executions`);
console.log(`${total} executions, ${findings} findings`);
process.exit(findings > 0 ? 1 : 0);

function tell(report: FuzzReport, roundSeed: number): void {
  const { target, perSecond, slowestMs, heapGrowthMb } = report;
  executions.set(target, (executions.get(target) ?? 0) + report.executions);
  const figures = `${Math.round(perSecond)} a second, slowest ${slowestMs.toFixed(1)} ms, heap ${heapGrowthMb.toFixed(1)} MB more`;
  console.log(`${target}: ${report.executions} executions, ${figures}`);
  for (const finding of report.findings) {
    findings++;
    console.log(`FINDING ${target}, --seed ${roundSeed} --case ${finding.caseNumber}: ${finding.fault}`);
    console.log(`  ${Buffer.from(finding.input).toString('hex').slice(0, 400)}`);
    console.log(`  kept as ${writeFinding(finding)}`);
  }
}
