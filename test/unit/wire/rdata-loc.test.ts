import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { checkRdata, rdataFromText, rdataToText } from '../../../src/wire/rdata.ts';
import { isRdataFault } from '../../../src/wire/rdata-token.ts';

function loc(text: string): string {
  const tokens = text.split(' ').map((word) => ({ text: word, quoted: false }));
  const rdata = rdataFromText(RRType.LOC, tokens, null);
  return isRdataFault(rdata) ? `fault ${rdata.token}: ${rdata.message}` : Buffer.from(rdata).toString('hex');
}

describe('LOC', () => {
  it('writes the places of RFC 1876 appendix C as other implementations do', () => {
    expect(loc('42 21 54 N 71 06 18 W -24m 30m')).toBe('0033161389172dd070be15f000988d20');
    expect(loc('42 21 28.764 N 71 0 51.617 W -44m 2000m')).toBe('002516138916cb3c70c310df00988550');
    expect(loc('90 S 180 W -100000.00m 90000000.00m 0.05m 0m')).toBe('009950006cb0270059604e0000000000');
    expect(loc('1 N 1 E 42849672.95')).toBe('00121613' + '8036ee80' + '8036ee80' + 'ffffffff');
  });

  it('takes degrees alone, degrees and minutes, hemispheres in any case, metres with or without m', () => {
    expect(loc('1 n 2 e 3')).toBe(loc('1 0 0 N 2 0 0.000 E 3.00m 1m 10000m 10m'));
    expect(loc('1 30 N 2 E 0 5')).toBe(loc('1 30 0 N 2 0 0 E 0m 5m 10000m 10m'));
  });

  it('keeps one digit of a size, cutting off the rest', () => {
    expect(rdataToText(RRType.LOC, Buffer.from(loc('1 N 1 E 0 1999m 0.09m 99m'), 'hex'))).toBe(
      '1 0 0.000 N 1 0 0.000 E 0.00m 1000.00m 0.09m 90.00m',
    );
  });

  it('refuses what is off the Earth or no number, and says which word', () => {
    expect(loc('91 N 1 E 0')).toMatch(/^fault 0: latitude/);
    expect(loc('90 0 0.001 N 1 E 0')).toMatch(/latitude must be at most 90/);
    expect(loc('1 60 N 1 E 0')).toMatch(/^fault 1: latitude/);
    expect(loc('1 1 60 N 1 E 0')).toMatch(/^fault 2: latitude/);
    expect(loc('1 1 1.0001 N 1 E 0')).toMatch(/^fault 2: latitude/);
    expect(loc('1 1 1 1 N 1 E 0')).toMatch(/^fault 3: latitude must end with N or S/);
    expect(loc('N 1 E 0')).toMatch(/^fault 0/);
    expect(loc('1 E 1 N 0')).toMatch(/^fault 1/);
    expect(loc('1 N 181 E 0')).toMatch(/^fault 2: longitude/);
    expect(loc('1 N 1 E')).toMatch(/^fault 4: altitude is missing/);
    expect(loc('1 N 1 E -100000.01')).toMatch(/^fault 4: altitude/);
    expect(loc('1 N 1 E 42849672.96')).toMatch(/^fault 4: altitude/);
    expect(loc('1 N 1 E 1.234')).toMatch(/^fault 4: altitude/);
    expect(loc('1 N 1 E 1 90000000.01')).toMatch(/^fault 5: size/);
    expect(loc('1 N 1 E 1 -1')).toMatch(/^fault 5: size/);
    expect(loc('1 N 1 E 1 1 1 1 1')).toMatch(/one word too many/);
    expect(loc('1 N 1 E Infinity')).toMatch(/^fault 4/);
  });

  it('prints and reads back any place', () => {
    const octets = fc.tuple(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffffffff }),
    );
    fc.assert(
      fc.property(
        octets,
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }),
        (numbers, nibbles) => {
          const rdata = new Uint8Array(16);
          for (let i = 0; i < 3; i++) rdata[1 + i] = (nibbles[i]! << 4) | (nibbles[i]! === 0 ? 0 : nibbles[i + 3]!);
          for (let i = 0; i < 3; i++) new DataView(rdata.buffer).setUint32(4 + i * 4, numbers[i]!);
          if (checkRdata(RRType.LOC, rdata) !== null) return;
          expect(loc(rdataToText(RRType.LOC, rdata))).toBe(Buffer.from(rdata).toString('hex'));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is opaque in a version or a form that RFC 1876 does not know', () => {
    const good = Buffer.from(loc('1 N 1 E 0'), 'hex');
    for (const [at, octet] of [
      [0, 1],
      [1, 0xa0],
      [2, 0x0a],
      [4, 0xff],
    ] as const) {
      const bad = Uint8Array.from(good);
      bad[at] = octet;
      expect(checkRdata(RRType.LOC, bad)).not.toBeNull();
      expect(rdataToText(RRType.LOC, bad)).toMatch(/^\\# 16 /);
    }
    expect(checkRdata(RRType.LOC, good.subarray(0, 15))).not.toBeNull();
  });
});
