import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64FromOctets, hexFromOctets, octetsFromBase64, octetsFromHex } from '../../../src/wire/rdata-radix.ts';

describe('hex and base64', () => {
  it('agree with another implementation both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (octets) => {
        const buffer = Buffer.from(octets);
        expect(hexFromOctets(octets)).toBe(buffer.toString('hex').toUpperCase());
        expect(base64FromOctets(octets)).toBe(buffer.toString('base64'));
        expect(octetsFromHex(buffer.toString('hex'))).toEqual(octets);
        expect(octetsFromBase64(buffer.toString('base64'))).toEqual(octets);
      }),
    );
  });

  it('are strict', () => {
    for (const text of ['a', 'ag', '0x', ' 1', '\u0100a']) expect(octetsFromHex(text), text).toBeNull();
    for (const text of ['A', 'AA', 'AAA', 'A===', 'AA=A', '====', 'AA-_', 'AAA\u0141'])
      expect(octetsFromBase64(text), text).toBeNull();
  });
});
