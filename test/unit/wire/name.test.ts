import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isAtOrBelow,
  lowerName,
  nameFromText,
  nameLength,
  namesEqual,
  nameToText,
  readEscape,
} from '../../../src/wire/name.ts';

const name = (text: string) => nameFromText(text) as Uint8Array;

/** Wire names of random octets, at most 255 octets long. */
const wireNames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 4 }).map((labels) => {
  const octets: number[] = [];
  for (const label of labels) if (octets.length + label.length + 2 <= 255) octets.push(label.length, ...label);
  return Uint8Array.from([...octets, 0]);
});

describe('nameFromText', () => {
  it('writes each label behind its length and keeps case', () => {
    expect(name('Www.a.')).toEqual(Uint8Array.of(3, 0x57, 0x77, 0x77, 1, 0x61, 0));
    expect(name('.')).toEqual(Uint8Array.of(0));
    expect(name('a\\.b\\032\\\\.')).toEqual(Uint8Array.of(5, 0x61, 0x2e, 0x62, 0x20, 0x5c, 0));
  });

  it('appends the origin to what does not end with a dot', () => {
    const origin = name('example.com.');
    expect(nameFromText('a', origin)).toEqual(name('a.example.com.'));
    expect(nameFromText('a.', origin)).toEqual(name('a.'));
    expect(nameFromText('@', origin)).toEqual(origin);
    expect(nameFromText('a\\.', origin)).toEqual(name('a\\..example.com.'));
    expect(nameFromText('a.b')).toEqual(name('a.b.'));
  });

  it('takes exactly 63 octets a label and 255 a name', () => {
    const label = 'x'.repeat(63);
    expect(name(label)).toHaveLength(65);
    expect(nameFromText(`${label}x`)).toBe('label-too-long');
    const longest = `${label}.${label}.${label}.${'x'.repeat(61)}`;
    expect(name(longest)).toHaveLength(255);
    expect(name(`${longest}.`)).toHaveLength(255);
    expect(nameFromText(`${longest}x`)).toBe('name-too-long');
    expect(nameFromText(`${longest}x.`)).toBe('name-too-long');
    expect(nameFromText('x'.repeat(60), name(`${label}.${label}.${label}.`))).toHaveLength(254);
    expect(nameFromText('x'.repeat(62), name(`${label}.${label}.${label}.`))).toBe('name-too-long');
    expect(nameFromText('a.'.repeat(128))).toBe('name-too-long');
  });

  it('refuses empty labels and broken escapes', () => {
    for (const text of ['', '..', '.a', 'a..b', 'a..']) expect(nameFromText(text), text).toBe('empty-label');
    for (const text of ['\\', 'a\\25', '\\256', '\\2x5', '\u0100', '\\\u0100'])
      expect(nameFromText(text), text).toBe('bad-escape');
  });
});

describe('nameToText', () => {
  it('gives text that reads back to the same octets, for any octets', () => {
    fc.assert(
      fc.property(wireNames, (wire) => {
        const text = nameToText(wire);
        expect(text).toMatch(/^[\x21-\x7e]+$/);
        expect(nameFromText(text)).toEqual(wire);
        expect(nameFromText(text, name('other.'))).toEqual(wire);
        expect(nameLength(wire)).toBe(wire.length);
      }),
    );
  });

  it('reads a name in the middle of other octets', () => {
    const bytes = Uint8Array.of(9, 9, 1, 0x61, 2, 0x62, 0x63, 0, 9);
    expect([nameToText(bytes, 2), nameLength(bytes, 2)]).toEqual(['a.bc.', 6]);
    expect([nameToText(bytes, 7), nameLength(bytes, 7)]).toEqual(['.', 1]);
  });
});

describe('comparisons', () => {
  it('know what is at or below a name by whole labels only', () => {
    const zone = name('example.com.');
    for (const text of ['example.com.', 'a.example.com.', 'a.b.example.com.'])
      expect(isAtOrBelow(name(text), zone)).toBe(true);
    for (const text of ['com.', '.', 'xexample.com.', 'example.org.', 'a.example.net.']) {
      expect(isAtOrBelow(name(text), zone), text).toBe(false);
    }
    // A label that holds the octets of the zone's name is still one label.
    expect(isAtOrBelow(name('x\\007example\\003com.'), zone)).toBe(false);
    expect(isAtOrBelow(zone, Uint8Array.of(0))).toBe(true);
  });

  it('tell equal names and leave the original alone when lowering', () => {
    const mixed = name('ExAmPlE.CoM.');
    const lower = lowerName(mixed);
    expect(namesEqual(lower, name('example.com.'))).toBe(true);
    expect(namesEqual(mixed, lower)).toBe(false);
    expect(mixed).toEqual(name('ExAmPlE.CoM.'));
    // Only ASCII letters have a case (RFC 4343).
    expect(lowerName(name('\\192\\091@`.'))).toEqual(name('\\192\\091@`.'));
  });
});

describe('readEscape', () => {
  it('takes three digits or one character', () => {
    expect(readEscape('\\065', 0)).toEqual({ octet: 65, length: 4 });
    expect(readEscape('x\\.', 1)).toEqual({ octet: 0x2e, length: 2 });
    for (const text of ['\\', '\\1', '\\12', '\\300', '\\1 2']) expect(readEscape(text, 0), text).toBeNull();
  });
});
