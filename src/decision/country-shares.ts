/**
 * Who serves which country: for a steered record, each country's part of all clients and the pools that answer them, in the mean.
 * For a map; from the same cells and expectations as a what-if. Pure.
 */

import type { Location } from '../geo/location.ts';
import type { HealthTable } from '../health/health-table.ts';
import { type AnswerNumbers, expectationOf, poolOfSource } from './expected-shares.ts';
import { recordState } from './what-if.ts';
import type { GroundRecord } from './what-if-ground.ts';

/** One country; shares of its clients, the largest first. `country` null: not known. `pool` null: the record's own values, or nothing. */
export type CountryShares = {
  readonly country: string | null;
  /** Of all clients of the record. */
  readonly clients: number;
  readonly pools: ReadonlyArray<{
    readonly pool: string | null;
    readonly region: string | null;
    readonly share: number;
  }>;
};

/** Every country that has clients, the largest first; by the record's tables after its edits. `places` by location class. */
export function countryShares(
  record: GroundRecord,
  words: HealthTable,
  places: readonly (Location | null)[],
): CountryShares[] {
  const numbers: AnswerNumbers = new Map();
  const { survey } = recordState(record.after, record.cells, 'after', words, numbers);
  const countries = new Map<string | null, Map<number, number>>();
  for (const cell of record.cells) {
    const { sources, shares } = expectationOf(survey, cell.after);
    for (const [i, place] of cell.places.entries()) {
      const country = places[place]?.country ?? null;
      let pools = countries.get(country);
      if (pools === undefined) {
        pools = new Map();
        countries.set(country, pools);
      }
      for (const [j, source] of sources.entries()) {
        const pool = poolOfSource(survey, source);
        pools.set(pool, (pools.get(pool) ?? 0) + cell.shares[i]! * shares[j]!);
      }
    }
  }
  return Array.from(countries, ([country, pools]) => shownCountry(record, country, pools)).sort(
    (a, b) => b.clients - a.clients,
  );
}

function shownCountry(
  { after }: GroundRecord,
  country: string | null,
  pools: ReadonlyMap<number, number>,
): CountryShares {
  const clients = [...pools.values()].reduce((sum, share) => sum + share, 0);
  const shown = Array.from(pools, ([pool, share]) => {
    const { name = null, region = null } = after.pools[pool] ?? {};
    return { pool: name, region, share: Math.min(1, share / clients) };
  });
  return { country, clients: Math.min(1, clients), pools: shown.sort((a, b) => b.share - a.share) };
}
