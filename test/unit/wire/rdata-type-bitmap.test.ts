import { describe, expect, it } from 'vitest';
import { textOfWire, wireOf } from './rdata-words.ts';

describe('a set of types (RFC 4034 4.1.2), in CSYNC', () => {
  it('is written in windows, whatever its order, and printed in ascending order', () => {
    // RFC 7477 2.1.2.
    expect(wireOf('CSYNC', '66 3 A NS AAAA')).toBe('0000004200030004600000 08'.replaceAll(' ', ''));
    expect(textOfWire('CSYNC', wireOf('CSYNC', '66 3 TYPE1234 AAAA ns A CAA'))).toBe('66 3 A NS AAAA CAA TYPE1234');
    expect(wireOf('CSYNC', '66 3')).toBe('000000420003');
  });

  it('refuses what is no type', () => {
    expect(wireOf('CSYNC', '66 3 A BOGUS')).toMatch(/^fault 3: "BOGUS" is no record type/);
    expect(wireOf('CSYNC', '66 3 TYPE65536')).toMatch(/^fault 2/);
  });

  it('prints octets that are none as RFC 3597 does', () => {
    for (const end of ['00', '0000', '000140 0001', '010140000140', '00024000', '0021', '000240']) {
      expect(textOfWire('CSYNC', `000000420003${end.replaceAll(' ', '')}`), end).toMatch(/^\\# /);
    }
  });
});
