import { describe, expect, it } from 'vitest';
import { MmdbDamage, MmdbData } from '../../../src/geo/mmdb-data.ts';

function data(...bytes: number[]): MmdbData {
  return new MmdbData(Uint8Array.from(bytes));
}

/** What verification says of the value at offset 0. */
function verdict(bytes: MmdbData): string {
  try {
    bytes.verify(0);
    return 'good';
  } catch (error) {
    if (error instanceof MmdbDamage) return error.message;
    throw error;
  }
}

const MAP = 0xe0;
const A = [0x41, 0x61]; // the text "a"

describe('MmdbData.verify', () => {
  it.each([
    ['nothing at all', data()],
    ['text past the end', data(0x45, 0x61)],
    ['a size past the end', data(0x5f, 0xff)],
    ['a double of five octets', data(0x65, 0, 0, 0, 0, 0)],
    ['a float of eight octets', data(0x08, 0x08, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['a number too long for its type', data(0xa3, 0, 0, 0)],
    ['a boolean of size two', data(0x02, 0x07)],
    ['a type that does not exist', data(0x00, 0x20)],
    ['a container of the cache type', data(0x01, 0x05)],
    ['a pointer past the end', data(0x20, 0x40)],
    ['a pointer to itself', data(0x20, 0x00)],
    ['a pointer to a pointer', data(0x20, 0x02, 0x20, 0x04, 0x41, 0x61)],
    ['a key that is no text', data(MAP | 1, 0xa0, 0xa0)],
    ['a map that contains itself', data(MAP | 1, ...A, 0x20, 0x00)],
    ['sixteen million entries in two octets', data(0xff, 0xff, 0xff, 0xff)],
  ])('refuses %s', (_name, bytes) => {
    expect(verdict(bytes)).toMatch(/^the value at data offset \d+ /);
  });

  it('refuses nesting beyond MMDB_DEPTH_MAX without exhausting the stack', () => {
    const nested = Array.from({ length: 10_000 }, () => [0x01, 0x04]).flat();
    expect(verdict(data(...nested, 0xa0))).toMatch(/MMDB_DEPTH_MAX/);
  });

  it('refuses a thousand paths to the same loop in no time', () => {
    const pointers = Array.from({ length: 1000 }, () => [0x20, 0x00]).flat();
    // An array of 1000 pointers, each to the array itself.
    const started = performance.now();
    expect(verdict(data(0x1e, 0x04, 0x02, 0xcb, ...pointers))).toMatch(/MMDB_/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('refuses records of more values than any place has', () => {
    const many = Array.from({ length: 5000 }, () => 0xa0);
    expect(verdict(data(0x1e, 0x04, 0x12, 0x6b, ...many))).toMatch(/MMDB_RECORD_VALUES_MAX/);
  });

  it('accepts each type', () => {
    const good = data(
      MAP | 7,
      ...[0x41, 0x61, 0x42, 0x68, 0x69], // a: "hi"
      ...[0x41, 0x62, 0x68, 0x40, 0x45, 0, 0, 0, 0, 0, 0], // b: 42.0
      ...[0x41, 0x63, 0xa2, 0x01, 0x00], // c: 256
      ...[0x41, 0x64, 0x04, 0x01, 0xff, 0xff, 0xff, 0xfe], // d: -2
      ...[0x41, 0x65, 0x01, 0x07], // e: true
      ...[0x41, 0x66, 0x02, 0x04, 0xa0, 0xa1, 0x07], // f: [0, 7]
      ...[0x41, 0x67, 0x20, 0x03], // g: pointer to "hi"
    );
    expect(verdict(good)).toBe('good');
    expect(good.text(good.find(0, 'a'))).toBe('hi');
    expect(good.number(good.find(0, 'b'))).toBe(42);
    expect(good.number(good.find(0, 'c'))).toBe(256);
    expect(good.number(good.find(0, 'd'))).toBe(-2);
    expect(good.number(good.first(good.find(0, 'f')))).toBe(0);
    expect(good.text(good.find(0, 'g'))).toBe('hi');
    expect(good.find(0, 'h')).toBe(-1);
    expect(good.text(good.find(0, 'b'))).toBeNull();
    expect(good.number(good.find(0, 'a'))).toBeNull();
    expect(good.find(good.find(0, 'a'), 'x')).toBe(-1);
  });
});
