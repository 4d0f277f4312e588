import { describe, expect, it } from 'vitest';
import { nameFromText } from '../../../src/wire/name.ts';
import { MasterNameIndex } from '../../../src/zone/master-name-index.ts';

describe('MasterNameIndex', () => {
  it('numbers names by their octets, in the order of first sight', () => {
    const names = Array.from({ length: 5000 }, (_, i) => nameFromText(`h${i % 2500}.example.com.`) as Uint8Array);
    const bytes = Uint8Array.from(names.flatMap((name) => [...name]));
    const index = new MasterNameIndex(bytes, names.length);
    let at = 0;
    const numbers = names.map((name) => {
      const number = index.add(at);
      at += name.length;
      return number;
    });
    expect(numbers).toEqual(names.map((_, i) => i % 2500));
    expect(index.count).toBe(2500);
    // example.com. stands inside the others, but was never added.
    expect(index.find(1 + bytes[0]!)).toBe(-1);
    expect(index.find(0)).toBe(0);
  });
});
