/**
 * `npm run drill [NAME...]`: the named drills, or all of them, each with its figure on one line. Ends with 1 if a promise did
 * not hold. MERIDIAN_DRILL_SCALE (0.02 to 1, default 1) makes them smaller.
 */

import { runDrill } from './drill.ts';
import { DRILLS } from './drill-list.ts';

const names = process.argv.slice(2);
const scale = Number(process.env.MERIDIAN_DRILL_SCALE ?? 1);
const unknown = names.filter((name) => !DRILLS.some((drill) => drill.name === name));
if (unknown.length > 0 || !(scale >= 0.02 && scale <= 1)) {
  console.error(`drills are ${DRILLS.map((drill) => drill.name).join(', ')}; MERIDIAN_DRILL_SCALE is 0.02 to 1`);
  process.exit(2);
}

for (const drill of DRILLS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const lack = drill.lacks?.() ?? null;
  if (lack !== null) {
    console.log(`not run ${drill.name}: ${lack}`);
    continue;
  }
  const { line, faults } = await runDrill(drill, scale);
  console.log(`${faults.length === 0 ? 'held  ' : 'BROKEN'} ${line}`);
  for (const fault of faults) console.log(`         ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
