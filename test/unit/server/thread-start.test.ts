import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { programBeside, threadProgram } from '../../../src/server/thread-start.ts';

const CROWD = join(import.meta.dirname, '../../tools/thread-crowd.ts');
const SECONDS = 6;

it.each(['worker', 'builder', 'planner-thread'] as const)('knows the program of the %s thread', (name) => {
  expect(existsSync(threadProgram(name))).toBe(true);
});

it('names a program in the form of its caller', () => {
  expect(programBeside('file:///a/b.ts', 'c').href).toBe('file:///a/c.ts');
  expect(programBeside('file:///a/b.js', 'c').href).toBe('file:///a/c.js');
});

it('starts thread after thread and lives', () => {
  // Without the cure this process ended in five of eight runs of 15 s.
  const args = ['--wasm-wrapper-tiering-budget=1', CROWD, String(SECONDS)];
  const crowd = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  expect([crowd.status, crowd.signal, crowd.stderr]).toEqual([0, null, '']);
  expect(Number(crowd.stdout)).toBeGreaterThan(20);
});
