import { describe, expect, it } from 'vitest';
import { nameFromText, nameToText } from '../../../src/wire/name.ts';
import { newMasterZone, RowPlaces, subjectOf } from '../../../src/zone/master-state.ts';

const name = (text: string) => nameFromText(text) as Uint8Array;
const zone = (origin: string) => newMasterZone('z', name(origin), () => 'none');

describe('RowPlaces', () => {
  it('finds file and line of every row through changes of file', () => {
    const rows = new RowPlaces();
    for (let i = 0; i < 300; i++) rows.add(i < 100 ? 'a' : i < 200 ? 'b' : 'a', i);
    for (let i = 0; i < 300; i++) {
      expect(rows.place(i)).toEqual({ file: i < 100 ? 'a' : i < 200 ? 'b' : 'a', line: i, column: 1 });
    }
  });
});

describe('subjectOf', () => {
  it('names a record as its key in the zone, the apex as nothing, and one outside in full', () => {
    const subject = (owner: string) => subjectOf(zone('example.com.'), name(owner), 16);
    expect(subject('a.b.example.com.')).toEqual({ record: 'a.b', type: 'TXT' });
    expect(subject('example.com.').record).toBe('');
    expect(subject('example.org.').record).toBe('example.org.');
  });
});

describe('newMasterZone', () => {
  it('knows what a forgotten dot makes of a name, where that proves something', () => {
    expect(nameToText(zone('example.com.').doubledOrigin!)).toBe('example.com.example.com.');
    for (const origin of ['.', 'com.', `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(20)}.`]) {
      expect(zone(origin).doubledOrigin).toBeNull();
    }
  });
});
