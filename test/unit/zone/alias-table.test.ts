import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { nameFromText } from '../../../src/wire/name.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { type AliasEntry, buildAliasTable, openAliasTable } from '../../../src/zone/alias-table.ts';

const wire = (text: string) => nameFromText(text) as Uint8Array;
const V4 = [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)];

function scanned(text: string): ScannedName {
  const name = new ScannedName();
  name.scan(wire(text), 0, wire(text).length);
  return name;
}

describe('AliasTable', () => {
  it('finds a name in any case, and nothing in an empty table', () => {
    const a = { ttlSeconds: 7, addresses: V4 };
    const table = openAliasTable(buildAliasTable([{ name: wire('Cdn.Example.'), a, aaaa: null }]));
    expect(table.find(scanned('cdn.example.'))).toBe(table.find(scanned('CDN.example.')));
    expect(table.find(scanned('cdn.example.'))).toBeGreaterThan(0);
    expect([table.find(scanned('x.cdn.example.')), table.find(scanned('example.'))]).toEqual([0, 0]);
    expect(openAliasTable(buildAliasTable([])).find(scanned('cdn.example.'))).toBe(0);
  });

  it('tells what is known by type: addresses, none, or nothing yet', () => {
    const entry = { name: wire('a.'), a: { ttlSeconds: 7, addresses: V4 }, aaaa: { ttlSeconds: 9, addresses: [] } };
    const table = openAliasTable(buildAliasTable([entry, { name: wire('b.'), a: null, aaaa: null }]));
    const at = table.find(scanned('a.'));
    expect([table.ttlOf(at, RRType.A), table.countOf(at, RRType.A)]).toEqual([7, 2]);
    const dataAt = table.addressesAt(at, RRType.A);
    expect([...table.bytes.slice(dataAt, dataAt + 8)]).toEqual([192, 0, 2, 1, 192, 0, 2, 2]);
    expect([table.ttlOf(at, RRType.AAAA), table.countOf(at, RRType.AAAA)]).toEqual([9, 0]);
    expect(table.ttlOf(table.find(scanned('b.')), RRType.A)).toBe(-1);
  });

  it('holds a thousand names', () => {
    const entries: AliasEntry[] = Array.from({ length: 1000 }, (_, i) => ({
      name: wire(`n${i}.example.`),
      a: { ttlSeconds: i + 1, addresses: [] },
      aaaa: null,
    }));
    const table = openAliasTable(buildAliasTable(entries));
    for (let i = 0; i < 1000; i++) expect(table.ttlOf(table.find(scanned(`n${i}.example.`)), RRType.A)).toBe(i + 1);
  });

  it('refuses an image of another kind', () => {
    expect(() => openAliasTable(new SharedArrayBuffer(64))).toThrow(TypeError);
  });
});
