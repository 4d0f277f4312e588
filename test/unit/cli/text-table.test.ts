import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { printable, renderTable } from '../../../src/cli/text-table.ts';

it('lines up columns without boxes or trailing blanks', () => {
  const text = renderTable(
    ['name', 'x'],
    [
      ['a', '1'],
      ['longer', '\u001b[31m2\u001b[39m'],
    ],
  );
  expect(stripVTControlCharacters(text).split('\n')).toEqual(['name    x', 'a       1', 'longer  2']);
});

it('says none for no rows', () => expect(renderTable(['name'], [])).toBe('none'));

it('lets no text of others move the cursor or clear the screen', () => {
  expect(printable('a\u001b[2Jb\rc\u009b1Ad\n')).toBe('a\ufffd[2Jb\ufffdc\ufffd1Ad\ufffd');
  expect(printable('\u001b[31mred\u001b[39m')).toBe('\u001b[31mred\u001b[39m');
});
