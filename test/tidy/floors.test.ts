import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FLOORS,
  findCycles,
  findImpurities,
  findServerCodeInPage,
  findStrayThreads,
  findUpwardImports,
} from './floor-rules.ts';
import { loadTree, parseFile } from './source-tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const sources = loadTree(ROOT, ['src']);

function tree(files: Readonly<Record<string, string>>) {
  return Object.entries(files).map(([path, text]) => parseFile(path, text));
}

describe('the floors of src', () => {
  it('are all there', () => {
    expect(new Set(sources.map((file) => file.path.split('/')[1]))).toEqual(new Set(FLOORS));
  });

  it('look down only', () => {
    expect(findUpwardImports(sources)).toEqual([]);
  });

  it('have no import cycles', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  it('stay pure from base to answer', () => {
    expect(findImpurities(sources)).toEqual([]);
  });

  it('give the page in the browser nothing but types', () => {
    expect(findServerCodeInPage(sources)).toEqual([]);
  });

  it('have one place where threads are born', () => {
    expect(findStrayThreads(sources)).toEqual([]);
  });
});

describe('the rules of the floors', () => {
  it.each([
    ['an import upward', "import { x } from '../zone/y.ts';"],
    ['a type import upward', "import type { X } from '../zone/y.ts';"],
    ['a re-export upward', "export { x } from '../zone/y.ts';"],
    ['a dynamic import upward', "const y = import('../zone/y.ts');"],
    ['an import of no floor', "import { x } from '../other/y.ts';"],
    ['an import of the tests', "import { x } from '../../test/tools/y.ts';"],
  ])('see %s', (_, text) => {
    expect(findUpwardImports(tree({ 'src/wire/a.ts': text }))).toHaveLength(1);
  });

  it('let a floor look at itself and down', () => {
    const text = "import { x } from './b.ts';\nimport { y } from '../base/c.ts';\nimport fs from 'node:fs';";
    expect(findUpwardImports(tree({ 'src/wire/a.ts': text }))).toEqual([]);
  });

  it('see server code in the page, and neither its types nor its build', () => {
    const page = (text: string, name = 'a.tsx') => findServerCodeInPage(tree({ [`src/console/${name}`]: text }));
    expect(page("import { x } from '../admin/b.ts';")).toHaveLength(1);
    expect(page("import { readFileSync } from 'node:fs';")).toHaveLength(1);
    expect(page("import type { X } from '../admin/b.ts';\nimport { y } from './c.ts';\nimport 'preact';")).toEqual([]);
    expect(page("import { x } from '../cli/pinned-node.mjs';\nimport 'node:fs';", 'build.mjs')).toEqual([]);
  });

  it('see a file in no floor', () => {
    expect(findUpwardImports(tree({ 'src/stray.ts': '' }))).toHaveLength(1);
  });

  it('see a cycle of three once, and no cycle in a diamond', () => {
    const cycle = {
      'src/base/a.ts': "import './b.ts';",
      'src/base/b.ts': "import './c.ts';",
      'src/base/c.ts': "import './a.ts';",
    };
    expect(findCycles(tree(cycle))).toEqual(['src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts']);
    const diamond = {
      'src/base/a.ts': "import './b.ts';\nimport './c.ts';",
      'src/base/b.ts': "import './d.ts';",
      'src/base/c.ts': "import './d.ts';",
      'src/base/d.ts': '',
    };
    expect(findCycles(tree(diamond))).toEqual([]);
  });

  it.each([
    "import { readFileSync } from 'node:fs';",
    "import pino from 'pino';",
    'const t = Date.now();',
    'const t = new Date();',
    'const t = Date();',
    'const t = performance.now();',
    'const r = Math.random();',
    'const e = process.env;',
    'setTimeout(() => {}, 1);',
    "console.log('x');",
    'const b = Buffer.alloc(1);',
    'const b: Buffer = x;',
    "const p = fetch('x');",
    'const o = { process };',
    "const x = globalThis['Date'];",
  ])('see the impurity of: %s', (text) => {
    expect(findImpurities(tree({ 'src/decision/a.ts': text })).length).toBeGreaterThan(0);
  });

  it.each([
    'const t = new Date(0); const u = Date.UTC(2020, 1);',
    'const o = { process: 1 }; const p = o.process; type T = { performance: number };',
    "import type { X } from '../base/x.ts';",
  ])('find no fault in: %s', (text) => {
    expect(findImpurities(tree({ 'src/decision/a.ts': text }))).toEqual([]);
  });

  it('see a thread that is born elsewhere', () => {
    const text = 'const thread = new Worker(program);';
    expect(findStrayThreads(tree({ 'src/cli/a.ts': text }))).toHaveLength(1);
    expect(findStrayThreads(tree({ 'src/server/thread-start.ts': text }))).toEqual([]);
  });

  it('let the upper floors be impure, the zone floor parse YAML in one file, and nobody else', () => {
    const yaml = "import { parseDocument } from 'yaml';";
    expect(findImpurities(tree({ 'src/server/a.ts': "import 'node:fs'; Date.now();" }))).toEqual([]);
    expect(findImpurities(tree({ 'src/zone/a.ts': yaml }))).toEqual([]);
    expect(findImpurities(tree({ 'src/zone/a.ts': yaml, 'src/zone/b.ts': yaml }))).toHaveLength(1);
    expect(findImpurities(tree({ 'src/wire/a.ts': yaml }))).toHaveLength(1);
  });
});
