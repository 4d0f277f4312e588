import { describe, expect, it } from 'vitest';
import { nameFromText, nameToText } from '../../../src/wire/name.ts';
import { ZoneRecords } from '../../../src/zone/zone-model.ts';

describe('ZoneRecords', () => {
  it('gives back every record in the order in which it came, through every growth', () => {
    const records = new ZoneRecords();
    const owner = nameFromText('same.example.') as Uint8Array;
    const count = 3000;
    for (let i = 0; i < count; i++) {
      const rdata = new Uint8Array(i % 300).fill(i & 255);
      records.add(i % 3 === 0 ? owner : (nameFromText(`h${i}.example.`) as Uint8Array), i, i * 2, rdata, i * 3);
    }
    expect(records.count).toBe(count);
    for (let i = 0; i < count; i++) {
      expect(nameToText(records.bytes, records.owners[i]!)).toBe(i % 3 === 0 ? 'same.example.' : `h${i}.example.`);
      expect([records.types[i], records.ttls[i], records.lines[i]]).toEqual([i, i * 2, i * 3]);
      expect(records.rdataLengths[i]).toBe(i % 300);
      const rdata = records.bytes.subarray(records.rdatas[i]!, records.rdatas[i]! + (i % 300));
      expect(rdata.every((octet) => octet === (i & 255))).toBe(true);
    }
  });

  it('copies, so that the caller may use its buffers again, and keeps one copy of an owner for a run of records', () => {
    const records = new ZoneRecords();
    const owner = nameFromText('a.example.') as Uint8Array;
    const rdata = Uint8Array.of(1, 2, 3, 4);
    records.add(owner, 1, 5, rdata, 1);
    rdata.fill(9);
    records.add(owner, 1, 5, rdata, 2);
    expect(records.owners[1]).toBe(records.owners[0]);
    expect([...records.bytes.subarray(records.rdatas[0]!, records.rdatas[0]! + 4)]).toEqual([1, 2, 3, 4]);
    expect(records.bytesUsed).toBe(owner.length + 8);
  });
});
