import { describe, expect, it } from 'vitest';
import { describeNameFault, isRdataFault, quoteForFault } from '../../../src/wire/rdata-token.ts';

describe('quoteForFault', () => {
  it('repeats short plain text and cuts and escapes the rest', () => {
    expect(quoteForFault('abc')).toBe('"abc"');
    expect(quoteForFault('x'.repeat(40))).toBe(`"${'x'.repeat(40)}"`);
    expect(quoteForFault('x'.repeat(41))).toBe(`"${'x'.repeat(40)}..."`);
    expect(quoteForFault('\u001b[2J\u202e')).toBe('"\\u{1b}[2J\\u{202e}"');
    expect(quoteForFault('\u0000'.repeat(1000)).length).toBeLessThan(50);
  });
});

describe('describeNameFault', () => {
  it('says of every fault what to do', () => {
    const faults = ['empty-label', 'label-too-long', 'name-too-long', 'bad-escape'] as const;
    expect(new Set(faults.map((fault) => describeNameFault(fault, 'a.b'))).size).toBe(4);
    expect(describeNameFault('empty-label', '')).toContain('must not be empty');
  });
});

describe('isRdataFault', () => {
  it('tells faults from octets', () => {
    expect([isRdataFault({ message: 'm', token: 0 }), isRdataFault(new Uint8Array(0))]).toEqual([true, false]);
  });
});
