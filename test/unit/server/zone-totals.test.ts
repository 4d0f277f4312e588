import { expect, it } from 'vitest';
import { zoneWord } from '../../../src/answer/counters.ts';
import { ZoneTotals } from '../../../src/server/zone-totals.ts';
import { nameFromText } from '../../../src/wire/name.ts';
import type { ZoneTable } from '../../../src/zone/zone-table.ts';

/** Its apex stands at octet 2, where node 7 says. */
function table(name: string): ZoneTable {
  const apex = nameFromText(name) as Uint8Array;
  const bytes = Uint8Array.from([9, 9, ...apex, 9]);
  return { bytes, apexAt: 7, apexLength: apex.length, nameAt: (node: number) => node - 5 } as unknown as ZoneTable;
}

it('gives what was counted to the zone that had the ordinal, and begins anew with the next', () => {
  const words: number[] = [];
  const add = (ordinal: number, n: number) => {
    words[zoneWord(ordinal)] = (words[zoneWord(ordinal)] ?? 0) + n;
  };
  let tables: (ZoneTable | null)[] = [table('a.test.'), table('b.test.')];
  const totals = new ZoneTotals(
    () => words,
    () => tables,
  );
  totals.look();
  add(0, 3);
  add(1, 4);
  add(-1, 5);
  expect(totals.read()).toEqual({
    zones: new Map([
      ['a.test.', 3],
      ['b.test.', 4],
    ]),
    none: 5,
    other: 0,
  });
  add(0, 7);
  tables = [table('c.test.'), table('b.test.')];
  totals.look();
  add(0, 1);
  add(1, 1);
  expect(totals.read().zones).toEqual(
    new Map([
      ['c.test.', 1],
      ['b.test.', 5],
    ]),
  );
});
