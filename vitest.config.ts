/**
 * How the tests run. Pure, unit, tidy and conformance files share two workers; whatever counts milliseconds runs later and
 * one file at a time, so that a slow neighbour is never the reason of a failure.
 */

import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

/** Files of the system suite that mostly wait, for verdicts, for an outage to end, for a browser: two of them run at a time. */
const PATIENT = [
  ...[
    'admin-api',
    'alias',
    'cli',
    'console',
    'console-crowd',
    'demo',
    'follow',
    'latency',
    'latency-file',
    'listeners',
  ],
  ...['load-balance', 'readme', 'redis-faults', 'redis-loss', 'regional-view', 'regions', 'stalls'],
].map((name) => `test/system/${name}.test.ts`);

/** Unit tests of floors that hold nothing of the process: their files share one, and load what they test once. */
const PURE = ['base', 'wire', 'zone', 'geo', 'health', 'decision', 'answer', 'console'].map(
  (floor) => `test/unit/${floor}/**/*.test.ts`,
);

/** One folder of `test/`, or the `files`; `order` groups run one after the other. */
function suite(
  name: string,
  order: number,
  serial: boolean,
  testTimeoutMs: number,
  files: { readonly include?: string[]; readonly exclude?: string[]; readonly isolate?: boolean } = {},
): TestProjectConfiguration {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      ...files,
      // Forks and not threads: tests change signal handlers and working directories, and koffi's memory stays in its process.
      pool: 'forks',
      testTimeout: testTimeoutMs,
      hookTimeout: Math.max(testTimeoutMs, 30_000),
      fileParallelism: !serial,
      maxWorkers: serial ? 1 : 2,
      sequence: { groupOrder: order },
    },
  };
}

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    projects: [
      suite('pure', 0, false, 60_000, { include: PURE, isolate: false }),
      suite('unit', 1, false, 60_000, { exclude: PURE }),
      suite('tidy', 2, false, 60_000),
      suite('fuzz', 2, false, 120_000),
      suite('simulation', 2, false, 120_000),
      suite('conformance', 3, false, 120_000),
      suite('system', 4, true, 240_000, { exclude: PATIENT }),
      suite('patient', 5, false, 240_000, { include: PATIENT }),
    ],
    teardownTimeout: 20_000,
    passWithNoTests: true,
  },
});
