import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, loadTree, parseFile } from './source-tree.ts';
import {
  findBadNames,
  findDeepFolders,
  findLeftovers,
  findLongFiles,
  findLongFunctions,
  findMissingModuleComments,
  findUndocumentedExports,
} from './style-rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const sources = loadTree(ROOT, ['src']);
const tests = loadTree(ROOT, ['test']);
const WRITTEN_FOLDERS = ['src', 'test', 'zones', 'geo-data', 'deploy', '.ci'];
const WRITTEN_NAME = /\.(ts|mjs|md|yaml|yml|zone|service|json)$|Dockerfile|run$/;

describe('the style of the sources', () => {
  it('keeps files short', () => {
    expect(findLongFiles([...sources, ...tests])).toEqual([]);
  });

  it('keeps functions on a screen', () => {
    expect(findLongFunctions(sources)).toEqual([]);
  });

  it('names files and folders for what they hold', () => {
    expect(findBadNames([...sources, ...tests])).toEqual([]);
  });

  it('keeps floors flat', () => {
    expect(findDeepFolders(sources)).toEqual([]);
  });

  it('opens each file with what it hides', () => {
    expect(findMissingModuleComments(sources)).toEqual([]);
  });

  it('documents every exported function, class and value', () => {
    expect(findUndocumentedExports(sources)).toEqual([]);
  });

  it('leaves no notes of work undone', () => {
    const files = WRITTEN_FOLDERS.flatMap((folder) => listFiles(ROOT, folder))
      .filter((path) => WRITTEN_NAME.test(path))
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
    expect(findLeftovers(files)).toEqual([]);
  });
});

describe('the rules of style', () => {
  const file = (text: string, path = 'src/base/a.ts') => [parseFile(path, text)];
  const lines = (count: number) => 'x();\n'.repeat(count);

  it('see a file of 401 lines and not one of 400', () => {
    expect(findLongFiles(file(lines(401)))).toHaveLength(1);
    expect(findLongFiles(file(lines(400)))).toEqual([]);
  });

  it.each([
    ['a function', (body: string) => `function f() {\n${body}}`],
    ['an arrow', (body: string) => `const f = () => {\n${body}};`],
    ['a method', (body: string) => `class C {\n  m(): void {\n${body}}}`],
    ['a function inside an object', (body: string) => `const o = { m() {\n${body}} };`],
  ])('see %s of more than 70 lines and not one of 70', (_, wrap) => {
    expect(findLongFunctions(file(wrap(lines(70))))).toHaveLength(1);
    expect(findLongFunctions(file(wrap(lines(68))))).toEqual([]);
  });

  it.each([
    'src/base/utils.ts',
    'src/base/index.ts',
    'src/helpers/a.ts',
    'src/base/camelCase.ts',
    'src/base/snake_case.ts',
    'src/Base/a.ts',
  ])('refuse the name %s', (path) => {
    expect(findBadNames(file('', path))).toHaveLength(1);
  });

  it.each(['src/base/ip-address.ts', 'test/unit/zone/yaml-reader.vectors.test.ts', 'test/tools/dns-packet.d.ts'])(
    'accept the name %s',
    (path) => {
      expect(findBadNames(file('', path))).toEqual([]);
    },
  );

  it('see a folder too deep', () => {
    expect(findDeepFolders(file('', 'src/base/a/b/c.ts'))).toHaveLength(1);
    expect(findDeepFolders(file('', 'src/base/a/b.ts'))).toEqual([]);
  });

  it('see a missing module comment', () => {
    expect(findMissingModuleComments(file("import './b.ts';\n/** late */"))).toHaveLength(1);
    expect(findMissingModuleComments(file('#!/usr/bin/env node\n/** good */\n', 'src/cli/a.mjs'))).toEqual([]);
  });

  it('see an export without a docstring', () => {
    expect(findUndocumentedExports(file('/** module */\n\nexport function f() {}'))).toHaveLength(1);
    expect(findUndocumentedExports(file('/** module */\n\n/** f */\nexport function f() {}'))).toEqual([]);
  });

  it('see a note of work undone, in a comment or a string', () => {
    const word = ['TO', 'DO'].join('');
    expect(findLeftovers([{ path: 'a', text: `// ${word}: later\nconst x = 1; // FIX` }])).toHaveLength(1);
  });
});
