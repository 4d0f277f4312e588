import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keepAdminToken, readAdminToken } from '../../../src/cli/admin-token.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-token-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, 'token');
  writeFileSync(file, text);
  return file;
}

const read = (file: string) => readAdminToken({ 'admin-token-file': file });

it('is null without either', () => expect(readAdminToken({})).toBeNull());

it('is what the environment says, and never two', () => {
  expect(readAdminToken({ 'admin-token': '0123456789abcdef' })).toBe('0123456789abcdef');
  expect(() => readAdminToken({ 'admin-token': 'too short' })).toThrow(/^(?!.*too short).*MERIDIAN_ADMIN_TOKEN/);
  const both = { 'admin-token': '0123456789abcdef', 'admin-token-file': fileWith('0123456789abcdef') };
  expect(() => readAdminToken(both)).toThrow(/^(?!.*0123456789).*two tokens/);
});

it('is the content without the final newline', () => {
  expect(read(fileWith('0123456789abcdef\n'))).toBe('0123456789abcdef');
});

it('is refused when short, with white space, or unreadable, and never shown', () => {
  expect(() => read(fileWith('short'))).toThrow(/at least 16/);
  expect(() => read(fileWith('two words and more of them'))).toThrow(/^(?!.*two words)/);
  expect(() => read(join(folder, 'missing'))).toThrow(/ENOENT/);
});

it('is made once where none is configured, and kept for the own user alone', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'meridian-token-')), 'state');
  const first = keepAdminToken(folder);
  expect([first.isKept, first.token.length]).toEqual([true, 48]);
  expect(first.news).toContain(join(folder, 'admin-token'));
  expect(first.news).not.toContain(first.token);
  expect(keepAdminToken(folder)).toEqual(first);
  expect(statSync(join(folder, 'admin-token')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['admin-token']);
  writeFileSync(join(folder, 'admin-token'), 'cut');
  expect(() => keepAdminToken(folder)).toThrow(/admin-token must be at least/);
});

it('that cannot be kept is known to nobody, and the log says what to do', () => {
  const file = fileWith('no directory');
  const [first, second] = [keepAdminToken(file), keepAdminToken(file)];
  expect([first.isKept, first.token === second.token]).toEqual([false, false]);
  expect(first.news).toMatch(/MERIDIAN_ADMIN_TOKEN or --admin-token-file/);
});
