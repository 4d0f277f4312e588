import { describe, expect, it } from 'vitest';
import {
  continentOfCountry,
  hasProvinces,
  isKnownGeo,
  listGeoCodes,
  parseGeoCode,
} from '../../../src/zone/geo-codes.ts';

describe('places', () => {
  it("belong to the continents of octoDNS's table", () => {
    expect(['CY', 'TR', 'GE', 'RU', 'UM', 'TF', 'XX'].map(continentOfCountry)).toEqual([
      'AS',
      'AS',
      'AS',
      'EU',
      'OC',
      'AN',
      null,
    ]);
  });

  it('are read with country and province, and told apart when they are wrong', () => {
    expect(parseGeoCode('NA-US-CA')).toEqual({ continent: 'NA', country: 'US', province: 'CA' });
    expect(parseGeoCode('EU')).toEqual({ continent: 'EU', country: null, province: null });
    expect(['XX', 'EU-US', 'NA-US-XX', 'EU-GB-EN', 'NA-US-CA-SF', '', 'eu'].map(parseGeoCode)).toEqual([
      'unknown-continent',
      'unknown-country',
      'unknown-province',
      'unknown-province',
      'invalid-code',
      'unknown-continent',
      'unknown-continent',
    ]);
    expect(isKnownGeo('AF-ZA')).toBe(true);
    expect([hasProvinces('US'), hasProvinces('GB')]).toEqual([true, false]);
  });

  it('are listed once each, and each is known', () => {
    const codes = listGeoCodes();
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every(isKnownGeo)).toBe(true);
  });
});
