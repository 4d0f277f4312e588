/**
 * The order of a group's pools for one place: by cost, those within the near-tie band as equals at the head; and the hysteresis that
 * keeps an order from following noise (02-steering: the region now serving keeps a bonus of max(5 ms, 10 %), and its place for 60 s).
 *
 * A pool that serves counts as cheaper by the bonus when it is asked whether it may stay, and those that serve as cheaper by it when
 * another wants to join or replace them: so a pool comes in only when it is better by as much than it would have to be, and leaves only
 * when it is worse by as much. The order behind stands until somewhere in it a pool is better than one before it by the bonus. Build time
 * only.
 */

import type { NearTie } from '../zone/zone-model.ts';
import type { CostColumns } from './pool-costs.ts';

/** What a serving pool counts as cheaper by. */
const BONUS_MS_MIN = 5;
const BONUS_RATIO = 0.1;

/** The most that a pool may cost and still equal one that costs `best`, in the unit of the costs. */
export function tieLimit(best: number, nearTie: NearTie | null, unitsPerMs: number): number {
  return nearTie === null ? best : best * (1 + nearTie.ratio) + nearTie.marginMs * unitsPerMs;
}

/** A cost of so many milliseconds, as it counts for a pool that serves now. */
function servingCost(costMs: number): number {
  return costMs - Math.max(BONUS_MS_MIN, costMs * BONUS_RATIO);
}

/** Orders the candidates, one place at a time. */
export class PlaceOrder {
  /** The cheapest pools, the best first; `count` of them count. */
  readonly pools: Int32Array;
  count = 0;
  /** How many at the head are equals, in the order of the file. */
  ties = 0;
  readonly #costs: CostColumns;
  readonly #nearTie: NearTie | null;
  readonly #seeds: Uint16Array | null;
  /** Costs of `pools`, in their order. */
  readonly #sorted: Float64Array;
  /** By pool: which candidate it is, and whether it serves now. */
  readonly #candidateOf: Int32Array;
  readonly #serves: Uint8Array;

  /** Keeps at most `depth` pools; `seeds` are {@link PoolCosts.nearestFirst}. */
  constructor(costs: CostColumns, nearTie: NearTie | null, seeds: Uint16Array | null, depth: number) {
    const count = costs.pools.length;
    this.#costs = costs;
    this.#nearTie = nearTie;
    this.#seeds = seeds;
    this.pools = new Int32Array(Math.min(depth, count));
    this.#sorted = new Float64Array(this.pools.length);
    const poolsEnd = Math.max(-1, ...costs.pools) + 1;
    this.#candidateOf = new Int32Array(poolsEnd).fill(-1);
    for (const [k, pool] of costs.pools.entries()) this.#candidateOf[pool] = k;
    this.#serves = new Uint8Array(poolsEnd);
  }

  /** Sets the order for the location class `place`; false when no cost is known there. */
  rank(place: number): boolean {
    this.#sort(place);
    const limit = this.count === 0 ? 0 : this.#limitOver(this.#sorted[0]!);
    let ties = 0;
    while (ties < this.count && this.#sorted[ties]! <= limit) ties++;
    this.#setHead(ties);
    return this.count > 0;
  }

  /** As {@link rank}, with the bonus for the first `ties` of `held`. */
  rankAfter(place: number, held: Int32Array, heldAt: number, ties: number): boolean {
    this.#sort(place);
    if (this.count === 0) return false;
    const stayLimit = this.#limitOver(this.#sorted[0]!);
    const joinLimit = this.#limitOver(Math.min(this.#sorted[0]!, this.#leastServing(place, held, heldAt, ties)));
    const serves = this.#serves;
    for (let i = 0; i < ties; i++) serves[held[heldAt + i]!] = 1;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const mayStay = serves[this.pools[i]!] === 1 && servingCost(this.#sorted[i]!) <= stayLimit;
      if (mayStay || (serves[this.pools[i]!] === 0 && this.#sorted[i]! <= joinLimit)) this.#moveUp(i, kept++);
    }
    for (let i = 0; i < ties; i++) serves[held[heldAt + i]!] = 0;
    if (kept === 0) return this.rank(place);
    this.#setHead(kept);
    return true;
  }

  /** True if the `count` pools at `held[heldAt]`, the first `ties` of them equals, may stay as they are in `place`. */
  stands(place: number, held: Int32Array, heldAt: number, count: number, ties: number): boolean {
    if (count !== this.pools.length) return false;
    let best = Number.POSITIVE_INFINITY;
    let worstServing = 0;
    let bestOther = Number.POSITIVE_INFINITY;
    let before = 0;
    for (let i = 0; i < count; i++) {
      const cost = this.#costAt(place, held[heldAt + i]!);
      if (Number.isNaN(cost)) return false;
      best = Math.min(best, cost);
      if (i < ties) {
        worstServing = Math.max(worstServing, servingCost(cost));
        continue;
      }
      bestOther = Math.min(bestOther, cost);
      if (cost < servingCost(before)) return false;
      before = Math.max(before, cost);
    }
    if (worstServing > this.#limitOver(best)) return false;
    const joinLimit = this.#limitOver(Math.min(best, this.#leastServing(place, held, heldAt, ties)));
    if (bestOther <= joinLimit) return false;
    // Beyond the depth kept, a pool may have become cheaper than all that are; then it must come in.
    return count === this.#costs.pools.length || !this.#missesBetter(place, held, heldAt, before);
  }

  /** True if the head is other pools than the `ties` at `held[heldAt]`. */
  isHeadOther(held: Int32Array, heldAt: number, ties: number): boolean {
    if (ties !== this.ties) return true;
    // Both in the order of the file.
    for (let i = 0; i < ties; i++) if (held[heldAt + i] !== this.pools[i]) return true;
    return false;
  }

  /** True if a pool that is not among those held is better by the bonus than one of them at `worst`. */
  #missesBetter(place: number, held: Int32Array, heldAt: number, worst: number): boolean {
    const limit = servingCost(worst);
    let better = 0;
    for (const pool of this.#costs.pools) if (this.#costAt(place, pool) < limit) better++;
    for (let i = 0; i < this.pools.length; i++) if (this.#costAt(place, held[heldAt + i]!) < limit) better--;
    return better > 0;
  }

  #costAt(place: number, pool: number): number {
    const k = this.#candidateOf[pool]!;
    return k < 0 ? Number.NaN : this.#costs.columns[k]![place]! * this.#costs.factors[k]!;
  }

  #limitOver(best: number): number {
    return tieLimit(best, this.#nearTie, this.#costs.unitsPerMs);
  }

  /** The least that the pools that serve count for. */
  #leastServing(place: number, held: Int32Array, heldAt: number, ties: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ties; i++) {
      const cost = this.#costAt(place, held[heldAt + i]!);
      if (!Number.isNaN(cost)) least = Math.min(least, servingCost(cost));
    }
    return least;
  }

  /** Moves the pool at `from` up to `to`; those between keep their order behind it. */
  #moveUp(from: number, to: number): void {
    const pool = this.pools[from]!;
    const cost = this.#sorted[from]!;
    for (let i = from; i > to; i--) {
      this.pools[i] = this.pools[i - 1]!;
      this.#sorted[i] = this.#sorted[i - 1]!;
    }
    this.pools[to] = pool;
    this.#sorted[to] = cost;
  }

  /** Equals are a set: in file order, two places with the same set are one class. */
  #setHead(ties: number): void {
    this.ties = ties;
    if (ties > 1) sortHead(this.pools, ties);
  }

  /** Insertion from a nearly sorted order: the lists are short, and of many pools only the cheapest are kept. Equals by file order. */
  #sort(place: number): void {
    const { columns, factors, pools: all } = this.#costs;
    const { pools } = this;
    const sorted = this.#sorted;
    const seeds = this.#seeds;
    const depth = pools.length;
    const last = depth - 1;
    let count = 0;
    for (let n = 0; n < columns.length; n++) {
      const k = seeds === null ? n : seeds[place * columns.length + n]!;
      const pool = all[k]!;
      const cost = columns[k]![place]! * factors[k]!;
      if (Number.isNaN(cost)) continue;
      if (count === depth && (cost > sorted[last]! || (cost === sorted[last] && pool > pools[last]!))) continue;
      let i = count < depth ? count++ : last;
      for (; i > 0 && (sorted[i - 1]! > cost || (sorted[i - 1] === cost && pools[i - 1]! > pool)); i--) {
        sorted[i] = sorted[i - 1]!;
        pools[i] = pools[i - 1]!;
      }
      sorted[i] = cost;
      pools[i] = pool;
    }
    this.count = count;
  }
}

function sortHead(pools: Int32Array, count: number): void {
  for (let from = 1; from < count; from++) {
    const pool = pools[from]!;
    let i = from;
    for (; i > 0 && pools[i - 1]! > pool; i--) pools[i] = pools[i - 1]!;
    pools[i] = pool;
  }
}
