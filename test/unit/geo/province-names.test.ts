import { describe, expect, it } from 'vitest';
import { isProvinceCode, provinceOfName } from '../../../src/geo/province-names.ts';

describe('provinceOfName', () => {
  it('knows the provinces of the US and Canada by name', () => {
    expect(provinceOfName('US', 'California')).toBe('CA');
    expect(provinceOfName('US', ' new york ')).toBe('NY');
    expect(provinceOfName('US', 'District of Columbia')).toBe('DC');
    expect(provinceOfName('US', 'Washington')).toBe('WA');
    expect(provinceOfName('CA', 'Québec')).toBe('QC');
    expect(provinceOfName('CA', 'Newfoundland and Labrador')).toBe('NL');
  });

  it('guesses nothing', () => {
    expect(provinceOfName('MX', 'California')).toBeNull();
    expect(provinceOfName('US', 'Ontario')).toBeNull();
    expect(provinceOfName('US', '')).toBeNull();
  });
});

describe('isProvinceCode', () => {
  it('knows the codes of the US and Canada, and the form elsewhere', () => {
    expect(isProvinceCode('US', 'PR')).toBe(true);
    expect(isProvinceCode('US', 'QC')).toBe(false);
    expect(isProvinceCode('CA', 'YT')).toBe(true);
    expect(isProvinceCode('DE', 'BE')).toBe(true);
    expect(isProvinceCode('JP', '13')).toBe(true);
    expect(isProvinceCode('DE', 'BERL')).toBe(false);
  });

  it('has all 57 of the US and 13 of Canada that octoDNS has', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((a) => letters.map((b) => a + b));
    expect(codes.filter((code) => isProvinceCode('US', code))).toHaveLength(57);
    expect(codes.filter((code) => isProvinceCode('CA', code))).toHaveLength(13);
  });
});
