import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDeadExports, findMirrorFaults } from './mirror-rules.ts';
import { loadTree, parseFile } from './source-tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const sources = loadTree(ROOT, ['src']);
const tests = loadTree(ROOT, ['test']);
const unitTests = tests.filter((file) => file.path.startsWith('test/unit/'));

function tree(files: Readonly<Record<string, string>>) {
  return Object.entries(files).map(([path, text]) => parseFile(path, text));
}

describe('src and test', () => {
  it('mirror each other', () => {
    expect(findMirrorFaults(sources, unitTests)).toEqual([]);
  });

  it('use every export of src, and not in tests alone', () => {
    expect(findDeadExports(sources, tests)).toEqual([]);
  });
});

describe('the rules of the mirror', () => {
  const source = tree({ 'src/base/a.ts': 'export const x = 1;' });

  it('see a source without a test', () => {
    expect(findMirrorFaults(source, [], {})).toEqual(['src/base/a.ts: no test/unit/base/a.test.ts']);
  });

  it('see a test of nothing', () => {
    const faults = findMirrorFaults(
      source,
      tree({ 'test/unit/base/a.test.ts': '', 'test/unit/base/b.test.ts': '' }),
      {},
    );
    expect(faults).toEqual(['test/unit/base/b.test.ts: tests no file of src']);
  });

  it('ask no test of types, take a test of one aspect, and keep the excuses true', () => {
    const types = tree({ 'src/base/a.ts': "import type { Y } from './y.ts';\nexport type X = Y;" });
    expect(findMirrorFaults(types, [], {})).toEqual([]);
    expect(findMirrorFaults(source, tree({ 'test/unit/base/a.vectors.test.ts': '' }), {})).toEqual([]);
    expect(findMirrorFaults(source, [], { 'src/base/a.ts': 'why' })).toEqual([]);
    expect(findMirrorFaults([], [], { 'src/base/gone.ts': 'why' })).toHaveLength(1);
  });

  it('see an export that nobody imports', () => {
    expect(findDeadExports(source, [], {})).toEqual(['src/base/a.ts:1: nobody imports x']);
  });

  it('see an export that only a test imports, unless it is listed', () => {
    const test = tree({ 'test/unit/base/a.test.ts': "import { x } from '../../../src/base/a.ts';" });
    expect(findDeadExports(source, test, {})).toEqual(['src/base/a.ts:1: only tests import x']);
    expect(findDeadExports(source, test, { 'src/base/a.ts#x': 'why' })).toEqual([]);
  });

  it('see that a listed export came into use', () => {
    const user = tree({ 'src/base/b.ts': "import { x } from './a.ts';\nx;" });
    expect(findDeadExports([...source, ...user], [], { 'src/base/a.ts#x': 'why' })).toHaveLength(1);
  });

  it.each([
    ['by name', "import { x } from './a.ts';"],
    ['under another name', "import { x as y } from './a.ts';"],
    ['as a namespace', "import * as a from './a.ts';"],
    ['on demand', "const a = import('./a.ts');"],
  ])('count an import %s as use', (_, text) => {
    expect(findDeadExports([...source, ...tree({ 'src/base/b.ts': text })], [], {})).toEqual([]);
  });

  it('count a type as used where its own file needs it, and a value not', () => {
    expect(findDeadExports(tree({ 'src/base/a.ts': 'export type X = 1;\nconst y: X = 1;' }), [], {})).toEqual([]);
    expect(findDeadExports(tree({ 'src/base/a.ts': 'export type X = 1;' }), [], {})).toHaveLength(1);
    expect(findDeadExports(tree({ 'src/base/a.ts': 'export const x = 1;\nconst y = x;' }), [], {})).toHaveLength(1);
  });
});
