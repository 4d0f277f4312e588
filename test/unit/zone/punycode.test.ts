import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePunycode, encodePunycode } from '../../../src/zone/punycode.ts';

describe('Punycode', () => {
  it.each([
    ['bücher', 'bcher-kva'],
    ['日本語', 'wgv71a119e'],
    ['他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'],
    ['München-Ost', 'Mnchen-Ost-9db'],
  ])('writes %s as %s and back', (label, puny) => {
    expect(encodePunycode(label)).toBe(puny);
    expect(decodePunycode(puny)).toBe(label);
  });

  it('gives back what it was given, and null for what is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (label) => {
        fc.pre(label.isWellFormed());
        expect(decodePunycode(encodePunycode(label)!)).toBe(label);
      }),
      { numRuns: 200 },
    );
    expect(decodePunycode('a!')).toBeNull();
    expect(decodePunycode('99999999')).toBeNull();
    expect(encodePunycode('ü'.repeat(300))).toBeNull();
  });
});
