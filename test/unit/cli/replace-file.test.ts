import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceFile } from '../../../src/cli/replace-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-replace-'));
  file = join(folder, 'a.yaml');
  writeFileSync(file, 'old', { mode: 0o640 });
});
afterEach(() => rmSync(folder, { recursive: true }));

it('puts a whole new file in the place of the old, of the same mode, through a symlink', () => {
  const link = join(folder, 'link.yaml');
  symlinkSync(file, link);
  const inode = statSync(file).ino;
  replaceFile(link, Buffer.from('old'), 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(statSync(file).ino).not.toBe(inode);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder)).toEqual(['a.yaml', 'link.yaml']);
});

it('overwrites nothing that somebody has written meanwhile, and leaves nothing behind', () => {
  writeFileSync(file, 'theirs');
  expect(() => replaceFile(file, Buffer.from('old'), 'new')).toThrow(/somebody else has changed it/);
  expect(readFileSync(file, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['a.yaml']);
});

it('says what is wrong with a file that is gone', () => {
  expect(() => replaceFile(join(folder, 'none'), Buffer.from(''), 'x')).toThrow(/none is not changed: .*ENOENT/);
});
