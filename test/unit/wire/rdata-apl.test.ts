import { describe, expect, it } from 'vitest';
import { textOfWire, wireOf } from './rdata-words.ts';

describe('APL (RFC 3123)', () => {
  it('writes the example of its RFC without trailing zero octets, and reads it back', () => {
    expect(wireOf('APL', '1:192.168.32.0/21 !1:192.168.38.0/28')).toBe('00011503c0a82000011c83c0a826');
    expect(textOfWire('APL', '00011503c0a82000011c83c0a826')).toBe('1:192.168.32.0/21 !1:192.168.38.0/28');
    expect(textOfWire('APL', wireOf('APL', '1:224.0.0.0/4 2:FF00::/8 2:::/0'))).toBe('1:224.0.0.0/4 2:ff00::/8 2:::/0');
    expect(wireOf('APL', '')).toBe('');
  });

  it('refuses what is no prefix, and says which word', () => {
    const bad = [
      '1:192.0.2.0',
      '1:192.0.2.0/33',
      '2:192.0.2.0/24',
      '1:2001:db8::/32',
      '3:192.0.2.0/24',
      '!!1:10.0.0.0/8',
      'x',
    ];
    for (const text of bad) expect(wireOf('APL', `1:10.0.0.0/8 ${text}`), text).toMatch(/^fault 1: .*is no prefix/);
  });

  it('prints octets that are none as RFC 3597 does', () => {
    for (const hex of ['00011504c0a82000', '000121', '00010803', '0003080101', '00012101c0', '000108050102030405']) {
      expect(textOfWire('APL', hex), hex).toMatch(/^\\# /);
    }
  });
});
