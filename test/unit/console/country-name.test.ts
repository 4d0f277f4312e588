import { describe, expect, it } from 'vitest';
import { countryName } from '../../../src/console/country-name.ts';

describe('the name of a country', () => {
  it('is what people call it', () =>
    expect([countryName('DE'), countryName('CD')]).toEqual(['Germany', 'Congo - Kinshasa']));

  it('is the code where that is none', () => {
    expect([countryName('A1'), countryName('not a code', 'somewhere'), countryName('')]).toEqual([
      'A1',
      'somewhere',
      'Not known where',
    ]);
  });
});
