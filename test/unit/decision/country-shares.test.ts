import { expect, it } from 'vitest';
import { countryShares } from '../../../src/decision/country-shares.ts';
import { wordsOfNothing } from '../../../src/decision/what-if-report.ts';
import type { Location } from '../../../src/geo/location.ts';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { wordsWithout } from '../../../src/health/planned-words.ts';
import { CLIENT_NETWORKS, groundOf, poolIn } from '../../tools/what-if-world.ts';

const { classes } = openLocationTable(compileLocationTable({ overrides: CLIENT_NETWORKS, databases: [] }));
/** A country for each place of the world, by its latitude. */
const places = classes.map((place): Location | null => {
  const country = place === null || place.latitude === null ? null : place.latitude > 50 ? 'GB' : 'US';
  return place === null ? null : { ...place, country };
});
const pools = { eu: poolIn('dublin', 1, 1, 2), us: poolIn('virginia', 2, 1, 2) };
const ground = groundOf([{ name: 'www', pools, rules: [{ pool: 'eu' }], steering: { method: 'nearest' } } as never]);
const shares = (words = wordsOfNothing(ground)) => countryShares(ground.records[0]!, words, places);

it('gives each country its part of the clients, and whole shares of pools', () => {
  expect(shares().map(({ country, clients }) => [country, clients])).toEqual([
    ['GB', 0.5],
    ['US', 0.5],
  ]);
  for (const { pools } of shares()) expect(pools.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
});

it('names what answers instead when a pool is gone', () => {
  const words = wordsWithout(wordsOfNothing(ground), ground.endpoints, new Set(['dublin']));
  for (const { pools } of shares(words)) expect(pools.map(({ pool }) => pool)).not.toContain('eu');
});
