/**
 * Processes that a suite has left behind, grandchildren whose parent is gone included: whatever is started after
 * `markDescendants` carries a mark in its environment, by which it is found again.
 */

import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TEST_MARK = 'TEST_DESCENDANT_OF';
/** In the working directory of a process that writes its title over its environment, as Redis does: what it stood there. */
const KEPT_FILE = 'kept-environment';
/** A killed process is seen for a moment after its parent has heard of its end. */
const GRACE_MS = 5_000;

/** Marks whatever this process starts from now on; under a `variable` of its own where a test may be the one that started this process. */
export function markDescendants(variable = TEST_MARK): void {
  process.env[variable] = `${process.pid}-${randomUUID()}`;
}

/** Keeps this process's marks in `directory`, for a child that works there and writes over its environment. */
export function keepMarks(directory: string): void {
  const marks = Object.entries(process.env).filter(([name]) => name.endsWith('_DESCENDANT_OF'));
  writeFileSync(join(directory, KEPT_FILE), marks.map(([name, mark]) => `${name}=${mark}\0`).join(''));
}

/**
 * Process id and command of every marked process that does not end by itself within `graceMs`, and ends them: the next suite
 * shall not meet them. None where there is no /proc.
 */
export async function leftovers(variable = TEST_MARK, graceMs = GRACE_MS): Promise<string[]> {
  const deadlineMs = performance.now() + graceMs;
  let found = marked(variable);
  while (found.length > 0 && performance.now() < deadlineMs) {
    await sleep(50);
    found = marked(variable);
  }
  for (const line of found) endHard(Number.parseInt(line, 10));
  return found;
}

function endHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
}

function marked(variable: string): string[] {
  const mark = process.env[variable];
  if (mark === undefined) throw new Error('markDescendants was not called');
  return pids().flatMap((pid) => {
    const environment = contentOf(pid, 'environ') + contentOf(pid, `cwd/${KEPT_FILE}`);
    if (pid === process.pid || !environment.includes(`${variable}=${mark}`)) return [];
    return [`${pid} ${contentOf(pid, 'cmdline').replaceAll('\0', ' ').trim()}`];
  });
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty for a process that is gone or another user's. */
function contentOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
