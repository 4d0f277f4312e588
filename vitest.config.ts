/**
 * How the tests run. Unit and tidy files share two workers; whatever starts processes or counts milliseconds runs later and
 * one file at a time, so that a slow neighbour is never the reason of a failure.
 */

import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

/** One folder of `test/`; `order` groups run one after the other. */
function suite(name: string, order: number, serial: boolean, testTimeoutMs: number): TestProjectConfiguration {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
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
      suite('conformance', 2, true, 120_000),
      suite('system', 3, true, 240_000),
    ],
    teardownTimeout: 20_000,
    passWithNoTests: true,
  },
});
