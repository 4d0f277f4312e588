import { describe, expect, it } from 'vitest';
import { OctetReader, OctetWriter } from '../../../src/wire/rdata-octets.ts';

describe('OctetWriter', () => {
  it('grows as needed and writes most significant first', () => {
    const out = new OctetWriter();
    out.uint(0xfffefdfc, 4);
    out.uint(0x0102, 2);
    out.octets(new Uint8Array(100).fill(7));
    out.uint(9, 1);
    expect([...out.bytes.subarray(0, 6)]).toEqual([255, 254, 253, 252, 1, 2]);
    expect([out.length, out.bytes[105], out.bytes[106]]).toEqual([107, 7, 9]);
  });
});

describe('OctetReader', () => {
  it('never leaves its window, wherever it is asked to be', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const from = new OctetReader(bytes, 1, 2, false);
    expect([from.uint(2), from.uint(1), from.left, from.octets(1)]).toEqual([0x0203, -1, 0, null]);
    for (const [offset, length] of [
      [-5, 2],
      [9, 9],
      [3, 9],
      [0, -1],
    ] as const) {
      const window = new OctetReader(bytes, offset, length, true);
      expect(window.left).toBeLessThanOrEqual(4);
      expect(window.left).toBeGreaterThanOrEqual(0);
      expect(window.octets(5)).toBeNull();
    }
  });

  it('reads compressed names in a message only, and only backwards', () => {
    const bytes = Uint8Array.of(1, 0x61, 0, 1, 0x62, 0xc0, 0, 0xc0, 3, 0xc0, 9, 0xc0, 11);
    const at = (offset: number, isMessage: boolean) => new OctetReader(bytes, offset, 4, isMessage).nameText();
    expect([at(3, true), at(7, true), at(3, false)]).toEqual(['b.a.', 'b.a.', null]);
    expect([at(9, true), at(11, true)]).toEqual([null, null]);
    const from = new OctetReader(bytes, 7, 4, true);
    from.name();
    expect(from.at).toBe(9);
  });

  it('refuses names over 255 octets, reserved label kinds and a pointer cut in half', () => {
    const long = new Uint8Array(300).fill(1);
    expect(new OctetReader(long, 0, 300, false).name()).toBeNull();
    expect(new OctetReader(Uint8Array.of(64, 0), 0, 2, true).name()).toBeNull();
    expect(new OctetReader(Uint8Array.of(1, 97, 0, 0xc0), 3, 1, true).name()).toBeNull();
  });
});
