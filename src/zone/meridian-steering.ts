/**
 * From a validated `meridian:` block to the way a record chooses. Keys that this version refuses never come here; keys that it
 * has no use for yet stay at their defaults.
 */

import { parseGeoCode } from './geo-codes.ts';
import type { MeridianBlock } from './meridian-block.ts';
import {
  type Balance,
  DEFAULT_STEERING,
  type FenceModel,
  type SteeringMethod,
  type SteeringModel,
} from './zone-model.ts';

type BlockFence = NonNullable<NonNullable<MeridianBlock['steering']>['fence']>[number];

/** The model of `block`; `indexOf` gives the record's pools in file order. */
export function steeringOf(block: MeridianBlock | null, indexOf: ReadonlyMap<string, number>): SteeringModel {
  if (block === null) return { ...DEFAULT_STEERING, candidates: [...indexOf.values()] };
  const { steering } = block;
  return {
    ...DEFAULT_STEERING,
    method: (steering?.method ?? 'rules') as SteeringMethod,
    candidates: candidatesOf(block, indexOf),
    nearTie:
      steering?.near_tie === undefined
        ? null
        : { ratio: steering.near_tie.ratio, marginMs: steering.near_tie.margin_ms },
    fences: (steering?.fence ?? []).map((fence) => fenceOf(fence, indexOf)),
    balance: block.balance as Balance,
    sticky: block.sticky === undefined ? null : { prefixV4: block.sticky.prefix_v4, prefixV6: block.sticky.prefix_v6 },
    answers: block.answers,
    allDown: block.all_down,
    minHealthy: block.min_healthy,
    trickle: block.trickle,
    ttl: block.ttl ?? null,
    recovery: { ramp: block.ramp ?? null, manualResume: block.healthcheck?.manual_resume ?? false },
  };
}

function fenceOf(fence: BlockFence, indexOf: ReadonlyMap<string, number>): FenceModel {
  return {
    geos: fence.geos.flatMap((text) => {
      const code = parseGeoCode(text);
      return typeof code === 'string' ? [] : [code];
    }),
    // In file order, and a pool named twice once.
    pools: [...indexOf].filter(([name]) => fence.pools.includes(name)).map(([, index]) => index),
    onDown: fence.on_down,
  };
}

/** The pools that the block gives a share, in file order; all when it names none. */
function candidatesOf(block: MeridianBlock, indexOf: ReadonlyMap<string, number>): number[] {
  const named = Object.keys(block.steering?.pools ?? {});
  const all = [...indexOf];
  return all.filter(([name]) => named.length === 0 || named.includes(name)).map(([, index]) => index);
}
