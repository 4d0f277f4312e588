import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { HeapReport } from '../bench/answer-heap.ts';

const PROGRAM = join(import.meta.dirname, '../bench/answer-heap.ts');
const CALLS = 200_000;
/** What answering makes shows in each; what a loaded machine has not compiled yet, only in the first. */
const SPANS = 4;

it('answering leaves nothing on the heap and no garbage behind: the young generation is never swept for it', () => {
  const run = spawnSync(process.execPath, [PROGRAM, String(CALLS), String(SPANS)], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect(run.stderr).toBe('');
  const reports = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HeapReport);
  const spansOf = Map.groupBy(reports, ({ label }) => label);
  const labels = [...spansOf.keys()];
  expect(labels).toContain('steered, with ECS');
  expect(labels).toContain('SRV that follows two targets, with ECS');
  expect(labels).toContain('HTTPS with the hints of its name, with ECS');
  for (const [label, spans] of spansOf) {
    expect([label, spans.length]).toEqual([label, SPANS]);
    // One object of the smallest size for each answer would be 3 MB, and two for 32 answers, as of a clock that gives objects, 0.2 MB.
    const quietest = spans.reduce((a, b) => (b.grownBytes < a.grownBytes ? b : a));
    expect([label, quietest.collections, quietest.grownBytes < CALLS]).toEqual([label, 0, true]);
  }
}, 120_000);
