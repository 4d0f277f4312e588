/** The terms of what pools cost a client, for explanations: the arithmetic of `geo/pool-costs.ts` that tables are ordered by, shown. */

import type { LatencyFacts } from '../geo/landmarks.ts';
import type { Location } from '../geo/location.ts';
import { tieLimit } from '../geo/place-order.ts';
import { type Candidate, KM_PER_MS, PoolCosts } from '../geo/pool-costs.ts';
import type { Region } from '../geo/region.ts';
import type { EndpointTrace, PoolTrace, StepTrace } from './trace.ts';

/** What measures an endpoint, and its weight; null for one that nobody measures. */
export type CheckOf = (endpoint: EndpointTrace) => Candidate['checks'][number] | null;

/** Fills in the costs of the step's pools for a client at `location`, where the method goes by place and both are placed. */
export function addCosts(
  step: StepTrace,
  location: Location | null,
  regions: readonly Region[],
  facts: LatencyFacts,
  checkOf: CheckOf,
): void {
  const { method } = step;
  if ((method !== 'nearest' && method !== 'latency') || location === null) return;
  const costs = new PoolCosts([location], regions, facts);
  let best = Number.POSITIVE_INFINITY;
  for (const pool of step.pools) {
    if (pool.region === null) continue;
    const terms = costs.termsOf(method, candidateOf(pool, pool.region, checkOf), 0);
    if (terms === null) continue;
    const { distanceKm, latency, cost } = terms;
    pool.cost =
      latency === null
        ? { distanceKm, biasedKm: cost, latency: null }
        : { distanceKm, biasedKm: null, latency: { ...latency, biasedMs: cost } };
    best = Math.min(best, cost);
  }
  if (best === Number.POSITIVE_INFINITY) return;
  if (method === 'nearest') step.tieKm = tieLimit(best, step.nearTie, KM_PER_MS);
  else step.tieMs = tieLimit(best, step.nearTie, 1);
}

/** The pool as the compiler saw it. */
function candidateOf(pool: PoolTrace, region: string, checkOf: CheckOf): Candidate {
  const checks = pool.endpoints.filter(({ status }) => status !== 'down').flatMap((each) => checkOf(each) ?? []);
  return { pool: 0, region, bias: pool.bias, checks };
}
