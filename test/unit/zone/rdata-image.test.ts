import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { ImageArena } from '../../../src/zone/image-arena.ts';
import { findCuts, rdataHeadBytes, writeRdataImage } from '../../../src/zone/rdata-image.ts';
import { wireName } from '../../tools/model-zone.ts';

const origin = wireName('example.org.');

describe('findCuts', () => {
  it('finds where a name of an RFC 1035 type reaches the apex, in whatever case', () => {
    expect(findCuts(RRType.CNAME, wireName('www.EXAMPLE.org.'), origin)).toEqual([4]);
    expect(findCuts(RRType.NS, wireName('example.org.'), origin)).toEqual([0]);
    expect(findCuts(RRType.MX, Uint8Array.from([0, 10, ...wireName('mx.example.org.')]), origin)).toEqual([5]);
    const soa = Uint8Array.from([
      ...wireName('ns1.example.org.'),
      ...wireName('h.example.org.'),
      ...new Array(20).fill(0),
    ]);
    expect(findCuts(RRType.SOA, soa, origin)).toEqual([4, 19]);
  });

  it('cuts nothing elsewhere: other zones, look-alikes, newer types (RFC 3597 4)', () => {
    expect(findCuts(RRType.CNAME, wireName('www.example.net.'), origin)).toEqual([]);
    expect(findCuts(RRType.CNAME, wireName('www.badexample.org.'), origin)).toEqual([]);
    expect(findCuts(RRType.DNAME, wireName('www.example.org.'), origin)).toEqual([]);
    const srv = Uint8Array.from([0, 0, 0, 0, 0, 1, ...wireName('a.example.org.')]);
    expect(findCuts(RRType.SRV, srv, origin)).toEqual([]);
    expect(findCuts(RRType.NS, wireName('a.'), wireName('.'))).toEqual([]);
  });
});

describe('writeRdataImage', () => {
  it('writes length, cuts and octets', () => {
    const arena = new ImageArena(16);
    const rdata = wireName('a.example.org.');
    const at = arena.takeBytes(rdataHeadBytes(1) + rdata.length);
    expect(writeRdataImage(arena, at, rdata, [2])).toBe(at + rdataHeadBytes(1) + rdata.length);
    expect([...arena.bytes.subarray(at, at + 5 + rdata.length)]).toEqual([0, rdata.length, 1, 0, 2, ...rdata]);
  });
});
