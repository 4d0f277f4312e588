import { describe, expect, it } from 'vitest';
import { hexField, stringsField, uintField, wholeNumber } from '../../../src/wire/rdata-field.ts';
import { OctetReader, OctetWriter } from '../../../src/wire/rdata-octets.ts';

const cursor = (...words: string[]) => ({
  tokens: words.map((text) => ({ text, quoted: false })),
  origin: null,
  at: 0,
});

describe('RDATA fields', () => {
  it('eat the words they understand and stop at the one they do not', () => {
    const from = cursor('7', '65536');
    const out = new OctetWriter();
    expect(uintField('first', 2).parse(from, out)).toBeNull();
    expect(uintField('second', 2).parse(from, out)).toBe('second must be a whole number 0..65535, not "65536"');
    expect([from.at, out.length]).toEqual([1, 2]);
    expect(uintField('x', 1).parse(cursor(), out)).toBe('x is missing');
  });

  it('know mnemonics in text and print numbers', () => {
    const field = uintField('n', 1, new Map([['RSA', 5]]));
    const out = new OctetWriter();
    field.parse(cursor('rsa'), out);
    expect(field.format(new OctetReader(out.bytes, 0, 1, false))).toBe('5');
  });

  it('that run to the end take every word, and at least one', () => {
    const from = cursor('01', '02', '0304');
    const out = new OctetWriter();
    expect(hexField('h').parse(from, out)).toBeNull();
    expect([from.at, out.length]).toEqual([3, 4]);
    expect(hexField('h').parse(cursor(), out)).toBe('h is missing');
    expect(stringsField('s').parse(cursor(), out)).toBe('s is missing');
  });

  it('take only plain decimal digits as numbers', () => {
    expect(['0', '007', '4294967295'].map(wholeNumber)).toEqual([0, 7, 4294967295]);
    expect(['', '-1', '+1', '1e3', '0x10', ' 1', '1.0', '12345678901', '١'].map(wholeNumber)).toEqual(
      Array(9).fill(-1),
    );
  });
});
