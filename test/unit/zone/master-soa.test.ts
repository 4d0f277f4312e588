import { describe, expect, it } from 'vitest';
import { nameFromText } from '../../../src/wire/name.ts';
import { readMasterZone } from '../../../src/zone/master-reader.ts';
import { readSoa } from '../../../src/zone/master-soa.ts';

const ORIGIN = nameFromText('example.com.') as Uint8Array;

const codes = (text: string) =>
  readMasterZone({ path: 'z', text, origin: ORIGIN, fallbackSerial: 1, include: () => 'none' }).faults.map(
    (fault) => fault.code,
  );

describe('start of authority', () => {
  it('has its fields where RFC 1035 3.3.13 has them', () => {
    const rdata = Uint8Array.of(
      1,
      97,
      0,
      1,
      98,
      1,
      99,
      0,
      255,
      255,
      255,
      255,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      3,
      0,
      0,
      0,
      4,
      128,
      0,
      0,
      5,
    );
    expect(readSoa(rdata, 9)).toEqual({
      mname: Uint8Array.of(1, 97, 0),
      rname: Uint8Array.of(1, 98, 1, 99, 0),
      serial: 0xffffffff,
      refresh: 2,
      retry: 3,
      expire: 4,
      minimum: 0x80000005,
      ttl: 9,
    });
  });

  it('may be repeated as a zone transfer does, but not differently and not elsewhere', () => {
    const soa = '@ 5 SOA a. b. 1 2 3 4 5\n';
    const ns = '@ 5 NS a.\n';
    expect(codes(soa + ns + soa)).toEqual([]);
    expect(codes(`${soa}${ns}@ 5 SOA a. b. 2 2 3 4 5\n`)).toEqual(['soa-duplicate']);
    expect(codes(`${soa}${ns}a 5 SOA a. b. 1 2 3 4 5\n`)).toEqual(['soa-not-at-apex']);
    expect(codes(`${ns}$ORIGIN .\n@ 5 SOA a. b. 1 2 3 4 5\n`)).toEqual(['out-of-zone']);
  });
});
