/**
 * How the tests run. Whatever counts milliseconds runs after the rest and
 * one file at a time, so that a slow neighbour is never the reason of a failure.
 */

import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

/** Files of the system suite that mostly wait, for verdicts, for an outage to end, for a browser: {@link WAITING} of them run at a time. */
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
  ...['load-balance', 'pushed-loads', 'readme', 'redis-faults', 'redis-loss', 'regional-view', 'regions', 'stalls'],
].map((name) => `test/system/${name}.test.ts`);

/** Where half of the time is waited: three files at a time keep two processors busy. */
const WAITING = 3;

/** What `expect.poll` waits at most where a test does not say. */
const POLL_MS_MAX = 10_000;

/** Unit tests of floors that hold nothing of the process: their files share one, and load what they test once. */
const PURE = ['base', 'wire', 'zone', 'geo', 'health', 'decision', 'answer', 'console'].map(
  (floor) => `test/unit/${floor}/**/*.test.ts`,
);

/** One folder of `test/`, or the `files`: so many `workers` at a time; groups of one `order` share them, and run one after the other. */
function suite(
  name: string,
  order: number,
  workers: number,
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
      // A condition that comes late on a busy machine has come.
      expect: { poll: { timeout: POLL_MS_MAX } },
      fileParallelism: workers > 1,
      maxWorkers: workers,
      sequence: { groupOrder: order },
    },
  };
}

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    projects: [
      suite('pure', 0, 2, 120_000, { include: PURE, isolate: false }),
      suite('unit', 1, WAITING, 120_000, { exclude: PURE }),
      suite('tidy', 1, WAITING, 120_000),
      suite('fuzz', 1, WAITING, 120_000),
      suite('simulation', 1, WAITING, 120_000),
      suite('conformance', 2, 2, 120_000),
      suite('system', 3, 1, 240_000, { exclude: PATIENT }),
      suite('patient', 4, WAITING, 240_000, { include: PATIENT }),
    ],
    teardownTimeout: 20_000,
    passWithNoTests: true,
  },
});
