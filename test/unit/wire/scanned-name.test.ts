import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCAN_FAILED, ScannedName } from '../../../src/wire/scanned-name.ts';
import { wireName } from '../../tools/model-zone.ts';

function scan(bytes: Uint8Array, at = 0, end = bytes.length): { name: ScannedName; end: number } {
  const name = new ScannedName();
  return { name, end: name.scan(bytes, at, end) };
}

describe('ScannedName', () => {
  it('folds ASCII letters and nothing else (RFC 4343)', () => {
    const { name, end } = scan(wireName('WwW.Ex\\195mple.'));
    expect(end).toBe(name.length);
    expect([...name.lower.subarray(0, name.length)]).toEqual([...wireName('www.ex\\195mple.')]);
  });

  it('hashes a suffix as the name it is, whatever stands before it and however it is written', () => {
    const long = scan(wireName('a.B.example.COM.')).name;
    const short = scan(wireName('EXAMPLE.com.')).name;
    expect(long.labels).toBe(4);
    expect(long.suffixHash[2]).toBe(short.suffixHash[0]);
    expect(long.suffixHash[1]).not.toBe(short.suffixHash[0]);
    expect(long.suffixEquals(2, short.lower, 0, short.length)).toBe(true);
    expect(long.suffixEquals(1, short.lower, 0, short.length)).toBe(false);
  });

  it('tells label boundaries apart', () => {
    expect(scan(wireName('ab.c.')).name.suffixHash[0]).not.toBe(scan(wireName('a.bc.')).name.suffixHash[0]);
  });

  it('reads the root', () => {
    const { name, end } = scan(Uint8Array.of(0));
    expect([end, name.labels, name.length]).toEqual([1, 0, 1]);
  });

  it('takes 255 octets and 127 labels, and no more (RFC 1035 2.3.4)', () => {
    const labels = (count: number) => Uint8Array.from([...new Array(count).fill([1, 97]).flat(), 0]);
    expect(scan(labels(127)).name.labels).toBe(127);
    expect(scan(labels(127)).end).toBe(255);
    expect(scan(labels(128)).end).toBe(SCAN_FAILED);
    expect(scan(wireName(`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}.`)).end).toBe(255);
  });

  it('refuses pointers, extended labels and names that run off the end', () => {
    expect(scan(Uint8Array.of(1, 97, 0xc0, 12)).end).toBe(SCAN_FAILED);
    expect(scan(Uint8Array.of(0x41, 0)).end).toBe(SCAN_FAILED);
    expect(scan(Uint8Array.of(3, 97, 98)).end).toBe(SCAN_FAILED);
    expect(scan(Uint8Array.of(1, 97)).end).toBe(SCAN_FAILED);
    expect(scan(Uint8Array.of(), 0).end).toBe(SCAN_FAILED);
    // The octet behind `end` would complete the name, and is not looked at.
    expect(scan(Uint8Array.of(1, 97, 0), 0, 2).end).toBe(SCAN_FAILED);
  });

  it('never reads or writes out of bounds, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { name, end } = scan(bytes);
        if (end === SCAN_FAILED) return;
        expect(end).toBeLessThanOrEqual(bytes.length);
        expect(name.length).toBe(end);
        expect(name.length).toBeLessThanOrEqual(255);
      }),
      { numRuns: 3000, seed: 3 },
    );
  });
});
