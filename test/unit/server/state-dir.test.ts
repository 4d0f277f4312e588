import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDir } from '../../../src/server/state-dir.ts';

describe('StateDir', () => {
  let root: string;
  let warnings: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-state-'));
    warnings = [];
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const open = (path: string | null) => new StateDir(path, (message) => warnings.push(message));

  it('makes the directory and gives back what was written', () => {
    const state = open(join(root, 'a', 'b'));
    expect(state.write('table', Uint8Array.of(1, 2, 3))).toBe(true);
    expect(state.read('table')).toEqual(Uint8Array.of(1, 2, 3));
    expect(warnings).toEqual([]);
  });

  it('replaces a file whole and leaves no temporary file', () => {
    const state = open(root);
    state.write('table', new Uint8Array(1000));
    state.write('table', Uint8Array.of(7));
    expect(state.read('table')).toEqual(Uint8Array.of(7));
    expect(readdirSync(root)).toEqual(['table']);
  });

  it('has nothing to say about a file that is not there', () => {
    expect(open(root).read('none')).toBeNull();
    expect(warnings).toEqual([]);
  });

  it('warns once and goes on when the directory cannot be made', () => {
    writeFileSync(join(root, 'file'), 'x');
    const state = open(join(root, 'file', 'state'));
    expect(state.write('table', Uint8Array.of(1))).toBe(false);
    expect(state.write('table', Uint8Array.of(1))).toBe(false);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('nothing is kept between runs');
  });

  it.skipIf(process.getuid?.() === 0)('warns when the directory is read-only', () => {
    chmodSync(root, 0o500);
    expect(open(root).write('table', Uint8Array.of(1))).toBe(false);
    expect(warnings).toHaveLength(1);
  });

  it('keeps nothing without a path', () => {
    const state = open(null);
    expect(state.write('table', Uint8Array.of(1))).toBe(false);
    expect(state.read('table')).toBeNull();
    expect(warnings).toEqual([]);
  });
});
