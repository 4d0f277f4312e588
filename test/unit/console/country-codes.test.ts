import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { countryCode } from '../../../src/console/country-codes.ts';

type Atlas = { readonly objects: { readonly countries: { readonly geometries: readonly Country[] } } };
type Country = { readonly id?: string; readonly properties: { readonly name: string } };

describe('the codes of countries', () => {
  it('are there for every country that the bundled map draws', () => {
    const atlas = createRequire(import.meta.url)('world-atlas/countries-110m.json') as Atlas;
    const codes = atlas.objects.countries.geometries.map(({ id, properties }) => countryCode(id, properties.name));
    expect(codes).not.toContain(null);
    expect(codes.filter((code) => !/^[A-Z]{2}$/.test(code ?? ''))).toEqual([]);
  });

  it('are the right ones', () => {
    expect(['840', '276', '036', '404'].map((id) => countryCode(id, ''))).toEqual(['US', 'DE', 'AU', 'KE']);
    expect([countryCode(undefined, 'Kosovo'), countryCode(undefined, 'Atlantis')]).toEqual(['XK', null]);
  });
});
