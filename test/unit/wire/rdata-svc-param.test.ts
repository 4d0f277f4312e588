import { describe, expect, it } from 'vitest';
import { svcKeyCode, svcKeyName, svcParam, uint16At } from '../../../src/wire/rdata-svc-param.ts';

describe('service parameter keys', () => {
  it('go both ways between name and number', () => {
    for (let code = 0; code < 65535; code += code < 20 ? 1 : 997) expect(svcKeyCode(svcKeyName(code))).toBe(code);
    expect([svcKeyName(1), svcKeyName(10), svcKeyName(11)]).toEqual(['alpn', 'docpath', 'key11']);
    for (const name of ['key65535', 'key007', 'key', 'Alpn', '']) expect(svcKeyCode(name)).toBe(-1);
    expect(svcParam(65535)).toBeNull();
  });

  it('have values that print and read back with both levels of escapes', () => {
    const alpn = svcParam(1)!;
    const wire = alpn.parse('a\\,b,c\\\\d') as Uint8Array;
    expect([...wire]).toEqual([3, 0x61, 0x2c, 0x62, 3, 0x63, 0x5c, 0x64]);
    expect(alpn.format(wire)).toBe('="a\\\\,b,c\\\\\\\\d"');
    expect(uint16At(wire, 0)).toBe(0x361);
  });

  it('hold empty path segments but no list of only one, which would read back as the root', () => {
    const docpath = svcParam(10)!;
    expect(docpath.parse('a,,b')).toEqual(Uint8Array.of(1, 0x61, 0, 1, 0x62));
    expect(docpath.format(Uint8Array.of(1, 0x61, 0, 1, 0x62))).toBe('="a,,b"');
    expect(docpath.format(Uint8Array.of(0))).toBeNull();
  });
});
