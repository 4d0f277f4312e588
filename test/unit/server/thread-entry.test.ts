import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { threadEntry } from '../../../src/server/thread-entry.ts';

describe('threadEntry', () => {
  it.each(['worker', 'builder'] as const)('names the program of the %s thread, which is there', (name) => {
    expect(existsSync(threadEntry(name))).toBe(true);
  });
});
