/**
 * The order of pools for each place: what a steering group prefers where, one walk a distinct order. Compiled per group over the
 * location classes, kept in the group's class table, whose classes from `PreferenceSpec.base` on are rows of this table; the
 * query's way walks a row as it walks the walks of a zone image (`WalkWord`), and pays for no arithmetic.
 *
 *   section: words of a row, then the rows; a row is a walk, padded
 */

import { PREFERENCE_ROWS_MAX, WALK_POOLS_MAX } from '../base/limits.ts';
import { WALK_WORDS, WalkEnd, WalkWord } from '../zone/zone-image.ts';
import type { FenceExit, NearTie, PreferenceSpec } from '../zone/zone-model.ts';
import type { RegionDistances } from './region-distances.ts';

/** Kilometres that a packet's round trip needs a millisecond more for (0.02 ms/km), so that a margin in ms is a distance too. */
export const KM_PER_MS = 50;

/** What the compiler knows of one location class: the class of its rule, and the fence around it or -1. */
export type Placing = { readonly classes: Uint32Array; readonly fences: Int32Array };

/** The distance that bias makes of `km`: shorter by `bias` percent, or for a negative one as much longer (as Route 53's geoproximity). */
export function biasedDistance(km: number, bias: number): number {
  return bias >= 0 ? km * (1 - bias / 100) : km / (1 + bias / 100);
}

/** The most that a pool may cost and still be as near as one that costs `best` km. */
export function tieLimit(best: number, nearTie: NearTie | null): number {
  return nearTie === null ? best : best * (1 + nearTie.ratio) + nearTie.marginMs * KM_PER_MS;
}

/**
 * The rows, and in `placing.classes` the class of each location class: its row's where its order is one of its own. Where places
 * need more distinct orders than a class can name, only the nearest pools of each are told apart.
 */
export function compilePreferences(
  spec: PreferenceSpec,
  otherwise: number,
  placing: Placing,
  distances: RegionDistances,
): Uint32Array {
  const classes = Uint32Array.from(placing.classes);
  for (let depth = WALK_POOLS_MAX; ; depth >>= 1) {
    const rows = new RowSet(spec);
    if (fillRows(spec, otherwise, placing, distances, depth, classes, rows) || depth === 1) {
      placing.classes.set(classes);
      return rows.pack();
    }
  }
}

/** Offset of row `index` in the section. */
export function rowAt(section: Int32Array, index: number): number {
  return 1 + index * section[0]!;
}

/** False: more than PREFERENCE_ROWS_MAX orders. */
function fillRows(
  spec: PreferenceSpec,
  otherwise: number,
  placing: Placing,
  distances: RegionDistances,
  depth: number,
  classes: Uint32Array,
  rows: RowSet,
): boolean {
  const order = new NearOrder(spec, distances, depth);
  for (let place = 0; place < classes.length; place++) {
    const rule = placing.classes[place]!;
    const fence = placing.fences[place]!;
    const isRanked = rule === otherwise && order.rank(place);
    if (fence < 0 && !isRanked) {
      classes[place] = rule;
      continue;
    }
    if (fence < 0) rows.start(order.pools, order.ties, rule, 0);
    else fenceRow(rows, spec, fence, rule, isRanked ? order : null);
    const row = rows.intern();
    if (row >= PREFERENCE_ROWS_MAX) return false;
    classes[place] = spec.base + row;
  }
  return true;
}

/** The pools of a fence in the order that its client would have outside; those that it would not have behind them. */
function fenceRow(rows: RowSet, spec: PreferenceSpec, fence: number, rule: number, near: NearOrder | null): void {
  const { pools, onDown } = spec.fences[fence]!;
  const walk = spec.walks[rule]!;
  const inside = new Set(pools);
  const order = new Set<number>();
  let ties = 0;
  for (const [i, pool] of (near?.pools ?? []).entries()) {
    if (!inside.has(pool)) continue;
    order.add(pool);
    if (i < near!.ties) ties++;
  }
  for (const [i, pool] of walk.pools.entries()) {
    if (!inside.has(pool)) continue;
    order.add(pool);
    if (near === null && i < walk.ties) ties++;
  }
  for (const pool of pools) order.add(pool);
  rows.start([...order], ties, fenceEnd(onDown, rule), 1);
}

function fenceEnd(onDown: FenceExit, rule: number): number {
  switch (onDown) {
    case 'serve_anyway':
      return WalkEnd.SERVE_ANYWAY;
    case 'nodata':
      return WalkEnd.NODATA;
    case 'fallback':
      return rule;
  }
}

/** Orders the candidates by biased distance, one place at a time. */
class NearOrder {
  /** The nearest pools, the best first; at most `depth`. */
  pools: number[] = [];
  ties = 0;
  readonly #spec: PreferenceSpec;
  readonly #placed: readonly number[];
  readonly #km: readonly Float64Array[];
  /** What bias makes of a kilometre. */
  readonly #factors: Float64Array;
  readonly #depth: number;
  readonly #costs: Float64Array;

  constructor(spec: PreferenceSpec, distances: RegionDistances, depth: number) {
    this.#spec = spec;
    const placed = spec.candidates.flatMap(({ pool, region, bias }) => {
      const km = distances.to(region);
      return km === null ? [] : [{ pool, bias, km }];
    });
    this.#placed = placed.map(({ pool }) => pool);
    this.#km = placed.map(({ km }) => km);
    this.#factors = Float64Array.from(placed, ({ bias }) => biasedDistance(1, bias));
    this.#depth = Math.min(depth, this.#placed.length);
    this.#costs = new Float64Array(this.#depth);
  }

  /** Sets `pools` and `ties` for the location class `place`; false when its distances are not known. */
  rank(place: number): boolean {
    const { pools } = this;
    const depth = this.#depth;
    const costs = this.#costs;
    const km = this.#km;
    const factors = this.#factors;
    if (depth === 0 || Number.isNaN(km[0]![place]!)) return false;
    let count = 0;
    // Insertion: the lists are short, and of many pools only the nearest are kept. Equals stay in file order.
    for (let k = 0; k < km.length; k++) {
      const pool = this.#placed[k]!;
      const cost = km[k]![place]! * factors[k]!;
      if (count === depth && cost >= costs[depth - 1]!) continue;
      let i = count < depth ? count++ : depth - 1;
      for (; i > 0 && costs[i - 1]! > cost; i--) {
        costs[i] = costs[i - 1]!;
        pools[i] = pools[i - 1]!;
      }
      costs[i] = cost;
      pools[i] = pool;
    }
    const limit = tieLimit(costs[0]!, this.#spec.nearTie);
    let ties = 1;
    while (ties < count && costs[ties]! <= limit) ties++;
    // Equals are a set: in file order, two places with the same set are one class.
    if (ties > 1) sortHead(pools, ties);
    this.ties = ties;
    return true;
  }
}

function sortHead(pools: number[], count: number): void {
  for (let from = 1; from < count; from++) {
    const pool = pools[from]!;
    let i = from;
    for (; i > 0 && pools[i - 1]! > pool; i--) pools[i] = pools[i - 1]!;
    pools[i] = pool;
  }
}

/** Distinct rows, numbered in the order in which they came; found again through a hash of their words. */
class RowSet {
  readonly #stride: number;
  #words: Int32Array;
  #count = 0;
  /** Row + 1 by hash; 0: free. */
  #slots = new Int32Array(1024);

  constructor(spec: PreferenceSpec) {
    const longest = Math.max(
      Math.min(spec.candidates.length, WALK_POOLS_MAX),
      ...spec.fences.map((fence) => fence.pools.length),
    );
    this.#stride = WALK_WORDS + longest;
    this.#words = new Int32Array(this.#stride * 64);
  }

  /** Writes a row behind the others; {@link intern} keeps it or finds the one it equals. */
  start(pools: readonly number[], ties: number, next: number, isFenced: 0 | 1): void {
    const at = this.#count * this.#stride;
    if (at + this.#stride > this.#words.length) {
      const words = new Int32Array(this.#words.length * 2);
      words.set(this.#words);
      this.#words = words;
    }
    const words = this.#words;
    words[at + WalkWord.COUNT] = pools.length;
    words[at + WalkWord.TIES] = ties;
    words[at + WalkWord.NEXT] = next;
    words[at + WalkWord.IS_FENCED] = isFenced;
    for (let i = 0; i < this.#stride - WALK_WORDS; i++) words[at + WALK_WORDS + i] = pools[i] ?? 0;
  }

  intern(): number {
    if (this.#count * 2 >= this.#slots.length) this.#growSlots();
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(this.#count) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]! - 1;
      if (row < 0) {
        this.#slots[slot] = ++this.#count;
        return this.#count - 1;
      }
      if (this.#isEqual(row, this.#count)) return row;
    }
  }

  pack(): Uint32Array {
    const section = new Uint32Array(1 + this.#count * this.#stride);
    section[0] = this.#stride;
    section.set(this.#words.subarray(0, this.#count * this.#stride), 1);
    return section;
  }

  #hash(row: number): number {
    let hash = 0x811c9dc5;
    for (let i = 0, at = row * this.#stride; i < this.#stride; i++) {
      hash = Math.imul(hash ^ this.#words[at + i]!, 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  }

  #isEqual(a: number, b: number): boolean {
    const words = this.#words;
    for (let i = 0; i < this.#stride; i++)
      if (words[a * this.#stride + i] !== words[b * this.#stride + i]) return false;
    return true;
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < this.#count; row++) {
      let slot = this.#hash(row) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }
}
