import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readAdminToken } from '../../../src/cli/admin-token.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-token-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, 'token');
  writeFileSync(file, text);
  return file;
}

it('is null without a file', () => expect(readAdminToken(undefined)).toBeNull());

it('is the content without the final newline', () => {
  expect(readAdminToken(fileWith('0123456789abcdef\n'))).toBe('0123456789abcdef');
});

it('is refused when short, with white space, or unreadable, and never shown', () => {
  expect(() => readAdminToken(fileWith('short'))).toThrow(/at least 16/);
  expect(() => readAdminToken(fileWith('two words and more of them'))).toThrow(/^(?!.*two words)/);
  expect(() => readAdminToken(join(folder, 'missing'))).toThrow(/ENOENT/);
});
