/**
 * `npm run soak [SECONDS]`: one node under mixed load and random drills for an hour, or as long as said (MERIDIAN_SOAK_SECONDS
 * says it too). MERIDIAN_SOAK_SEED replays the order of an earlier run. Ends with 1 if a promise did not hold.
 */

import { runSoak } from './soak.ts';

const seconds = Number(process.argv[2] ?? process.env.MERIDIAN_SOAK_SECONDS ?? 3_600);
const seed = Number(process.env.MERIDIAN_SOAK_SEED ?? Date.now() & 0x7fffffff);
if (!(seconds >= 1 && seconds <= 7 * 86_400) || !Number.isInteger(seed)) {
  console.error('soak takes a number of seconds from 1 to 604800, and a whole number as MERIDIAN_SOAK_SEED');
  process.exit(2);
}
console.log(`soaking for ${seconds} s, MERIDIAN_SOAK_SEED=${seed}`);
const { line, faults } = await runSoak(seconds, seed);
console.log(`${faults.length === 0 ? 'held  ' : 'BROKEN'} ${line}`);
for (const fault of faults) console.log(`         ${fault}`);
if (faults.length > 0) process.exitCode = 1;
