/**
 * `npm test`: type check, lint and every suite, whatever fails first, and at the very end one line `N passed, N failed` alone.
 * The type checks and the lint count as one test each. Arguments go to vitest (`npm test -- --project unit`).
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

type Tally = { passed: number; failed: number; skipped: number };

/** The part of vitest's JSON report that is counted. */
type VitestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: ReadonlyArray<{
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }>;
};

const BIN = join(import.meta.dirname, '../../node_modules/.bin');
const ROOT = join(import.meta.dirname, '../..');

// Programs written for `env node` get the Node that runs this, also where npm has not linked it into its folder of commands.
process.env.PATH = [BIN, dirname(process.execPath), process.env.PATH].join(delimiter);

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
await step('typecheck', () => runChecked('tsc', ['-p', 'tsconfig.json']));
await step('typecheck of the page', () => runChecked('tsc', ['-p', 'src/console/tsconfig.json']));
await step('lint', () => runChecked('biome', ['check', '--error-on-warnings', '.']));
await step('suites', () => runSuites(process.argv.slice(2)));

if (total.skipped > 0) console.log(`${total.skipped} skipped, each with its reason in its name`);
console.log('(type checks and lint count as one test each)');
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function step(name: string, run: () => Tally | Promise<Tally>): Promise<void> {
  const startMs = performance.now();
  const tally = await run();
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${name}: ${tally.failed === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
}

function runChecked(program: string, args: readonly string[]): Tally {
  const result = spawnSync(join(BIN, program), args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error) console.error(`${program}: ${result.error.message}`);
  return result.status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function runSuites(args: readonly string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-tests-'));
  const reportFile = join(folder, 'report.json');
  try {
    const code = await runVitest([
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...args,
    ]);
    return countReport(reportFile, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runVitest(args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(BIN, 'vitest'), args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      console.error(`vitest: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Files that could not even be loaded, errors outside any test and a report that never came each count as a failure. */
function countReport(reportFile: string, code: number): Tally {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((result) => result.status === 'failed'),
  );
  let failed = report.numFailedTests + unloaded.length;
  if (failed === 0 && code !== 0) failed = 1;
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
}
