import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { findDigestFault } from '../../../src/wire/rdata-digest.ts';

function judged(type: number, head: readonly number[], octets: number): string {
  const fault = findDigestFault(type, Uint8Array.from([...head, ...Array<number>(octets).fill(7)]));
  return fault === null ? 'good' : fault.isKnown ? 'wrong' : 'unknown';
}

describe('findDigestFault', () => {
  it.each([
    ['SHA-1', 1, 20],
    ['SHA-256', 2, 32],
    ['GOST R 34.11-94', 3, 32],
    ['SHA-384', 4, 48],
    ['GOST R 34.11-2012', 5, 32],
    ['SM3', 6, 32],
  ])('knows the length of a DS by %s', (_, kind, octets) => {
    for (const type of [RRType.DS, RRType.CDS]) {
      expect(judged(type, [0, 1, 13, kind], octets)).toBe('good');
      expect(judged(type, [0, 1, 13, kind], octets - 1)).toBe('wrong');
      expect(judged(type, [0, 1, 13, kind], octets + 1)).toBe('wrong');
    }
  });

  it('lets a CDS ask for the end of the DS (RFC 8078 4)', () => {
    expect(findDigestFault(RRType.CDS, Uint8Array.of(0, 0, 0, 0, 0))).toBeNull();
    expect(judged(RRType.DS, [0, 0, 0, 0], 1)).toBe('unknown');
  });

  it('knows fingerprints and certificate data, those in full of any length', () => {
    expect([judged(RRType.SSHFP, [4, 1], 20), judged(RRType.SSHFP, [4, 2], 32)]).toEqual(['good', 'good']);
    expect([judged(RRType.SSHFP, [4, 2], 20), judged(RRType.SSHFP, [4, 3], 64)]).toEqual(['wrong', 'unknown']);
    for (const type of [RRType.TLSA, RRType.SMIMEA]) {
      expect([judged(type, [3, 1, 1], 32), judged(type, [3, 1, 2], 64)]).toEqual(['good', 'good']);
      expect([judged(type, [3, 1, 0], 300), judged(type, [3, 1, 255], 3)]).toEqual(['good', 'good']);
      expect([judged(type, [3, 1, 1], 31), judged(type, [3, 1, 7], 31)]).toEqual(['wrong', 'unknown']);
    }
  });

  it('has nothing to say of other types', () => {
    expect(judged(RRType.TXT, [1], 1)).toBe('good');
  });
});
