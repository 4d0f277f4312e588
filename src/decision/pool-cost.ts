/** The terms of what pools cost a client, for explanations: the arithmetic that `geo/preference-table.ts` ordered them by, shown. */

import type { Location } from '../geo/location.ts';
import { distanceKm } from '../geo/nearness.ts';
import { biasedDistance, tieLimit } from '../geo/preference-table.ts';
import type { Region } from '../geo/region.ts';
import type { StepTrace } from './trace.ts';

/** Fills in the costs of the step's pools for a client at `location`, where the method goes by distance and both are placed. */
export function addCosts(step: StepTrace, location: Location | null, regions: readonly Region[]): void {
  if (step.method !== 'nearest' || location === null || location.latitude === null || location.longitude === null)
    return;
  let best = Number.POSITIVE_INFINITY;
  for (const pool of step.pools) {
    const region = regions.find(({ name }) => name === pool.region);
    if (region === undefined) continue;
    const km = distanceKm(location.latitude, location.longitude, region.latitude, region.longitude);
    pool.cost = { distanceKm: km, biasedKm: biasedDistance(km, pool.bias) };
    best = Math.min(best, pool.cost.biasedKm);
  }
  if (best < Number.POSITIVE_INFINITY) step.tieKm = tieLimit(best, step.nearTie);
}
