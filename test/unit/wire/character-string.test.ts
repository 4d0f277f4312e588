import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characterStringOctets, formatQuoted } from '../../../src/wire/character-string.ts';

const octets = (text: string) => [...(characterStringOctets(text) ?? [])];

describe('character strings', () => {
  it('undo escapes and stand for the UTF-8 octets of what is not ASCII', () => {
    expect(octets('a\\"\\\\\\065\\000')).toEqual([0x61, 0x22, 0x5c, 0x41, 0]);
    expect(octets('')).toEqual([]);
    for (const text of ['é', 'ÿ', '\u0800', '€', '\u{1f600}', 'a\u{10ffff}b']) {
      expect(octets(text)).toEqual([...new TextEncoder().encode(text)]);
      expect(octets(`\\${text}`)).toEqual([...new TextEncoder().encode(text)]);
    }
    // Half a pair has no UTF-8.
    expect(octets('\ud800')).toEqual([0xef, 0xbf, 0xbd]);
  });

  it('have no octets when an escape is broken', () => {
    for (const text of ['\\', '\\1', '\\256', 'x\\99']) expect(characterStringOctets(text)).toBeNull();
  });

  it('are printed so that they read back, in printable ASCII only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = formatQuoted(bytes, 0, bytes.length);
        expect(text).toMatch(/^"[\x20-\x7e]*"$/);
        expect(characterStringOctets(text.slice(1, -1))).toEqual(bytes);
      }),
    );
    expect(formatQuoted(Uint8Array.of(1, 0x61, 0x3b, 0x22, 2), 1, 4)).toBe('"a;\\""');
  });

  it('never throw on any text, and cost in proportion to it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void characterStringOctets(text)));
  });
});
