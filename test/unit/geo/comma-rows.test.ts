import { expect, it } from 'vitest';
import { commaRows } from '../../../src/geo/comma-rows.ts';

it('lines of fields keep their places, without comments, blanks and quotes', () => {
  const text = '# about\n\na,b\r\n  x , "y z",\n   # more\nlast';
  expect([...commaRows(text)]).toEqual([
    {
      line: 3,
      fields: [
        { text: 'a', column: 1 },
        { text: 'b', column: 3 },
      ],
    },
    {
      line: 4,
      fields: [
        { text: 'x', column: 3 },
        { text: 'y z', column: 7 },
        { text: '', column: 13 },
      ],
    },
    { line: 6, fields: [{ text: 'last', column: 1 }] },
  ]);
  expect([...commaRows('')]).toEqual([]);
});
