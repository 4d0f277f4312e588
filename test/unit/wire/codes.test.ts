import { describe, expect, it } from 'vitest';
import { RRType, typeCode, typeName } from '../../../src/wire/codes.ts';

describe('record type codes', () => {
  it('go both ways between number and mnemonic, and no number has two', () => {
    for (const [name, code] of Object.entries(RRType)) {
      expect(typeCode(name)).toBe(code);
      expect(typeCode(name.toLowerCase())).toBe(code);
      expect(typeName(code)).toBe(name);
    }
    expect(new Set(Object.values(RRType)).size).toBe(Object.keys(RRType).length);
  });

  it('are those of the IANA registry', () => {
    const known = {
      A: 1,
      SOA: 6,
      AAAA: 28,
      NAPTR: 35,
      DNAME: 39,
      SVCB: 64,
      HTTPS: 65,
      URI: 256,
      CAA: 257,
      SMIMEA: 53,
      ZONEMD: 63,
      EUI64: 109,
    };
    expect(RRType).toMatchObject(known);
  });

  it('have the TYPE form of RFC 3597 for every number', () => {
    expect(typeName(65280)).toBe('TYPE65280');
    expect(typeCode('TYPE65280')).toBe(65280);
    expect(typeCode('type1')).toBe(1);
    for (const name of ['TYPE65536', 'TYPE', 'TYPE-1', 'TYPE1x', 'FOO', '', 'constructor', '__proto__']) {
      expect(typeCode(name), name).toBe(-1);
    }
  });
});
