/**
 * One address of each country, by which to ask on behalf of its clients: out of the middle of the largest run of addresses that is
 * placed there. For maps that are clicked on; not on the query's way.
 */

import type { PlaceRuns } from './client-cells.ts';
import type { Location } from './location.ts';

/** IPv4 addresses in text form by ISO 3166-1 alpha-2; `places` by location class. */
export function countryAddresses({ runs }: PlaceRuns, places: readonly (Location | null)[]): Map<string, string> {
  const largest = new Map<string, { readonly from: number; readonly addresses: number }>();
  for (let run = 0; run < runs.count; run++) {
    const country = places[runs.values[run]!]?.country ?? null;
    if (country === null) continue;
    const from = runs.keys[run]!;
    const addresses = (run + 1 < runs.count ? runs.keys[run + 1]! : 2 ** 32) - from;
    if (addresses > (largest.get(country)?.addresses ?? 0)) largest.set(country, { from, addresses });
  }
  return new Map(
    Array.from(largest, ([country, { from, addresses }]) => [country, addressText(from + Math.floor(addresses / 2))]),
  );
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
