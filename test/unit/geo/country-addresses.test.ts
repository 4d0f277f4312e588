import { expect, it } from 'vitest';
import { countAddresses } from '../../../src/geo/client-cells.ts';
import { countryAddresses } from '../../../src/geo/country-addresses.ts';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { networkAt } from '../../tools/model-zone.ts';

it('gives an address in the middle of the largest network of each country, and none of the unknown', () => {
  const at = (prefix: string, country: string | null) => {
    const network = networkAt(prefix, 50, 10);
    return { ...network, ...(country === null ? {} : { country }) };
  };
  const overrides = [at('5.5.0.0/24', 'DE'), at('9.0.0.0/16', 'DE'), at('250.1.0.0/24', 'FR'), at('7.0.0.0/8', null)];
  const table = openLocationTable(compileLocationTable({ overrides, databases: [] }));
  expect(countryAddresses(countAddresses(table), table.classes)).toEqual(
    new Map([
      ['DE', '9.0.128.0'],
      ['FR', '250.1.0.128'],
    ]),
  );
});
