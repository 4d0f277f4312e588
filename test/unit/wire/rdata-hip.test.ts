import { describe, expect, it } from 'vitest';
import { textOfWire, wireOf } from './rdata-words.ts';

const HIT = '200100107B1A74DF365639CC39F1D578';

describe('HIP (RFC 8005 6)', () => {
  it('reads and prints identity, key and rendezvous servers', () => {
    const text = `2 ${HIT} AwEAAbdxyhNuSutc rvs1.example.com. rvs2.example.com.`;
    expect(textOfWire('HIP', wireOf('HIP', text))).toBe(text);
    expect(wireOf('HIP', '2 0102 AQID')).toBe('020200030102010203');
    expect(textOfWire('HIP', '020200030102010203')).toBe('2 0102 AQID');
  });

  it('says which word is wrong', () => {
    expect(wireOf('HIP', '')).toMatch(/^fault 0/);
    expect(wireOf('HIP', `256 ${HIT} AQID`)).toMatch(/^fault 0/);
    expect(wireOf('HIP', '2 012 AQID')).toMatch(/^fault 1/);
    expect(wireOf('HIP', `2 ${HIT} AQI`)).toMatch(/^fault 2/);
    expect(wireOf('HIP', `2 ${HIT} AQID a..b`)).toMatch(/^fault 3/);
  });

  it('prints octets that are none as RFC 3597 does', () => {
    for (const hex of ['02', '0002000301', '0202000301020102', '02020003010201020305']) {
      expect(textOfWire('HIP', hex), hex).toMatch(/^\\# /);
    }
  });
});
