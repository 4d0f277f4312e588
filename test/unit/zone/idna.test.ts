import { describe, expect, it } from 'vitest';
import { idnaDecodeFault, idnaEncode } from '../../../src/zone/idna.ts';

describe('internationalised names', () => {
  it.each([
    ['WWW.Example.', 'www.example.'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['*.bücher', '*.xn--bcher-kva'],
    ['faß.de', 'xn--fa-hia.de'],
    ['日本語。jp', 'xn--wgv71a119e.jp'],
    ['l·l', 'xn--ll-0ea'],
    ['שלום', 'xn--9dbne9b'],
    ['_anything goes in ASCII!', '_anything goes in ascii!'],
  ])('%s becomes %s', (name, ascii) => {
    expect(idnaEncode(name)).toBe(ascii);
  });

  it.each(['☃', '_dmarc.bücher', 'ü..b', '-é', 'aé--', 'e\u0301', 'a·ü', 'aשלום', `${'ü'.repeat(60)}.x`, '😀'])(
    'refuses %s',
    (name) => {
      expect(idnaEncode(name)).toHaveProperty('fault');
    },
  );

  it('finds A-labels that stand for nothing', () => {
    expect(idnaDecodeFault('www.xn--bcher-kva')).toBeNull();
    expect(idnaDecodeFault('_dmarc.example')).toBeNull();
    expect(idnaDecodeFault('xn--a-ecp.ru')).toEqual({ fault: "Codepoint U+2488 at position 2 of 'a⒈' not allowed" });
    expect(idnaDecodeFault('xn--')).not.toBeNull();
  });
});
