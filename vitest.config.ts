/**
 * How the tests run. Unit, tidy and conformance files share two workers; whatever counts milliseconds runs later and
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
  ...['load-balance', 'readme', 'redis-loss', 'regional-view', 'regions', 'stalls'],
].map((name) => `test/system/${name}.test.ts`);

/** One folder of `test/`, or the `files`; `order` groups run one after the other. */
function suite(
  name: string,
  order: number,
  serial: boolean,
  testTimeoutMs: number,
  files: { readonly include?: string[]; readonly exclude?: string[] } = {},
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
      suite('unit', 0, false, 60_000),
      suite('tidy', 1, false, 60_000),
      suite('fuzz', 1, false, 120_000),
      suite('simulation', 1, false, 120_000),
      suite('conformance', 2, false, 120_000),
      suite('system', 3, true, 240_000, { exclude: PATIENT }),
      suite('patient', 4, false, 240_000, { include: PATIENT }),
    ],
    teardownTimeout: 20_000,
    passWithNoTests: true,
  },
});
