/**
 * In which order the pools of a record are tried for each class of clients, and what of that depends on where they are: the
 * steering method as far as a zone file alone decides it. Used by `dynamic-compile`; distances come in later, where places are
 * known (`geo/preference-table.ts`).
 */

import type { DynamicModel, EndpointModel, PoolModel, PoolWalk, PreferenceSpec } from './zone-model.ts';

/** octoDNS's walk: a pool, its fallback, that one's … */
export function walkFrom(pools: readonly PoolModel[], first: number): PoolWalk {
  return { pools: withFallbacks(pools, [first]), ties: 1 };
}

/**
 * The walk of clients whom no rule names and whose place is not known or does not matter. Pools that the method does not choose
 * among come last, as far as fallbacks lead there: a page that says sorry needs no share.
 */
export function walkOfCatchAll(dynamic: DynamicModel, catchAllPool: number): PoolWalk {
  const { pools, steering } = dynamic;
  const { method, candidates } = steering;
  switch (method) {
    case 'rules':
      return walkFrom(pools, catchAllPool);
    case 'failover':
      return { pools: withFallbacks(pools, candidates), ties: 1 };
    case 'weighted': {
      // A pool without a share stands by until all the others are exhausted.
      const sharing = candidates.filter((pool) => pools[pool]!.share > 0);
      const standing = candidates.filter((pool) => pools[pool]!.share === 0);
      return { pools: withFallbacks(pools, [...sharing, ...standing]), ties: sharing.length };
    }
    case 'nearest':
    case 'latency':
      // Nobody knows where they are, so the catch-all's own pool comes first (02-steering, "Location").
      return { pools: withFallbacks(pools, [...withFallbacks(pools, [catchAllPool]), ...candidates]), ties: 1 };
  }
}

/** What of the walks depends on the client's place, or null: nothing. `walks` are those of the rules' classes. */
export function preferenceOf(dynamic: DynamicModel, walks: readonly PoolWalk[]): PreferenceSpec | null {
  const { steering, pools } = dynamic;
  const { method } = steering;
  const isPlaced = method === 'nearest' || method === 'latency';
  const candidates = (isPlaced ? steering.candidates : []).flatMap((pool) => {
    const { region, bias, endpoints } = pools[pool]!;
    if (region === null) return [];
    return [{ pool, region, bias, checks: method === 'latency' ? checksOf(endpoints) : [] }];
  });
  const { fences } = steering;
  if (candidates.length === 0 && fences.length === 0) return null;
  return {
    base: dynamic.rules.length,
    method: method === 'latency' ? method : 'nearest',
    candidates,
    nearTie: steering.nearTie,
    fences,
    walks: fences.length === 0 ? [] : walks,
  };
}

/** What measures the endpoints that may serve. */
function checksOf(endpoints: readonly EndpointModel[]): { id: string; weight: number }[] {
  return endpoints.filter(({ status }) => status !== 'down').map(({ check, weight }) => ({ id: check.id, weight }));
}

/** `firsts`, and behind them whatever their fallbacks lead to; each pool once. */
function withFallbacks(pools: readonly PoolModel[], firsts: readonly number[]): number[] {
  const walk = new Set(firsts);
  // A set hands out what is added while it is walked, so the chains are followed to their ends.
  for (const pool of walk) if (pools[pool]!.fallback >= 0) walk.add(pools[pool]!.fallback);
  return [...walk];
}
