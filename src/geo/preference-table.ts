/**
 * The order of pools for each place: what a steering group prefers where, one walk a distinct order. Compiled per group over the
 * location classes, kept in the group's class table, whose classes from `PreferenceSpec.base` on are rows of this table; the
 * query's way walks a row as it walks the walks of a zone image (`WalkWord`), and pays for no arithmetic.
 *
 *   section: words of a row, then the rows; a row is a walk, padded
 *
 * Where latency orders, the compiler is handed what stands, and an order changes only when it is worth it (`place-order.ts`).
 */

import { PREFERENCE_ROWS_MAX, WALK_POOLS_MAX } from '../base/limits.ts';
import { WALK_WORDS, WalkEnd, WalkWord } from '../zone/zone-image.ts';
import type { FenceExit, PreferenceSpec } from '../zone/zone-model.ts';
import { PlaceOrder } from './place-order.ts';
import type { PoolCosts } from './pool-costs.ts';
import { RowSet } from './row-set.ts';

/** What the compiler knows of one location class: the class of its rule, and the fence around it or -1. */
export type Placing = { readonly classes: Uint32Array; readonly fences: Int32Array };

/** The orders of an earlier compilation of the same group over the same places, to be kept where they are good enough. */
export type Standing = {
  readonly section: Int32Array;
  /** By location class: its row, fences set aside, or -1. */
  readonly orders: Int32Array;
  /** By location class: when other pools last began to serve there; -Infinity before any change. */
  readonly changedMs: Float64Array;
  /** Pools told apart in a row. */
  readonly depth: number;
};

/** What stands, and the time (monotonic milliseconds). */
export type Hold = { readonly standing: Standing | null; readonly nowMs: number };

export type Preferences = {
  readonly section: Uint32Array;
  readonly standing: Standing;
  /** Location classes where other pools serve than before. */
  readonly moved: number;
  /** Some class would change, were its last change longer ago. */
  readonly isWaiting: boolean;
};

/** Who serves a place now serves it for at least this long (02-steering). */
const SERVING_MS_MIN = 60_000;

/**
 * The rows, and in `placing.classes` the class of each location class: its row's where its order is one of its own. Where places
 * need more distinct orders than a class can name, only the cheapest pools of each are told apart. Without `hold` nothing stands.
 */
export function compilePreferences(
  spec: PreferenceSpec,
  otherwise: number,
  placing: Placing,
  costs: PoolCosts,
  hold: Hold | null = null,
): Preferences {
  for (let depth = spec.depth ?? WALK_POOLS_MAX; ; depth >>= 1) {
    const compiled = compileToDepth(spec, otherwise, placing, costs, hold, depth, depth === 1);
    if (compiled === null) continue;
    placing.classes.set(compiled.classes);
    return compiled.preferences;
  }
}

/** Offset of row `index` in the section. */
export function rowAt(section: Int32Array, index: number): number {
  return 1 + index * section[0]!;
}

/** Null: more than PREFERENCE_ROWS_MAX orders, which with `isLast` cannot be. */
function compileToDepth(
  spec: PreferenceSpec,
  otherwise: number,
  placing: Placing,
  costs: PoolCosts,
  hold: Hold | null,
  depth: number,
  isLast: boolean,
): { classes: Uint32Array; preferences: Preferences } | null {
  const columns = costs.of(spec);
  const seeds = costs.nearestFirst(spec, WALK_POOLS_MAX);
  const order = new PlaceOrder(columns, spec.nearTie, seeds, depth);
  const longest = Math.max(order.pools.length, ...spec.fences.map((fence) => fence.pools.length));
  const rows = new RowSet(longest);
  const keeper = new OrderKeeper(order, rows, otherwise, hold, depth, placing.classes.length);
  const classes = placing.classes.slice();
  const fenced = new Map<string, number>();
  for (let place = 0; place < classes.length; place++) {
    const rule = placing.classes[place]!;
    const fence = placing.fences[place]!;
    const ranked = rule === otherwise ? keeper.orderOf(place) : -1;
    let row = ranked;
    if (fence >= 0) {
      const key = `${fence} ${rule} ${ranked}`;
      row = fenced.get(key) ?? fenceRow(rows, spec, fence, rule, ranked);
      fenced.set(key, row);
    }
    if (row >= PREFERENCE_ROWS_MAX && !isLast) return null;
    if (row >= 0) classes[place] = spec.base + row;
  }
  const section = rows.pack();
  return { classes, preferences: keeper.finish(section, depth) };
}

/** Finds each place's order, the one that stands where that is good enough. */
class OrderKeeper {
  #moved = 0;
  #isWaiting = false;
  readonly #order: PlaceOrder;
  readonly #rows: RowSet;
  readonly #otherwise: number;
  readonly #standing: Standing | null;
  readonly #nowMs: number;
  readonly #orders: Int32Array;
  readonly #changedMs: Float64Array;
  /** By row that stands: its number among the new ones, or -1. */
  readonly #kept: Int32Array;

  constructor(order: PlaceOrder, rows: RowSet, otherwise: number, hold: Hold | null, depth: number, places: number) {
    this.#order = order;
    this.#rows = rows;
    this.#otherwise = otherwise;
    const standing = hold?.standing ?? null;
    this.#standing = standing?.depth === depth && standing.orders.length === places ? standing : null;
    this.#nowMs = hold?.nowMs ?? 0;
    this.#orders = new Int32Array(places).fill(-1);
    this.#changedMs = this.#standing?.changedMs.slice() ?? new Float64Array(places).fill(Number.NEGATIVE_INFINITY);
    const { section } = this.#standing ?? { section: new Int32Array(1) };
    this.#kept = new Int32Array(section.length <= 1 ? 0 : (section.length - 1) / section[0]!).fill(-1);
  }

  /** The row of `place`, or -1 where no cost is known. */
  orderOf(place: number): number {
    const held = this.#standing?.orders[place] ?? -1;
    const row = held < 0 ? this.#rank(place) : this.#rankAfter(place, this.#standing!.section, held);
    this.#orders[place] = row;
    return row;
  }

  finish(section: Uint32Array, depth: number): Preferences {
    const standing = {
      section: new Int32Array(section.buffer),
      orders: this.#orders,
      changedMs: this.#changedMs,
      depth,
    };
    return { section, standing, moved: this.#moved, isWaiting: this.#isWaiting };
  }

  #rank(place: number): number {
    return this.#order.rank(place) ? this.#internRanked() : -1;
  }

  #rankAfter(place: number, section: Int32Array, held: number): number {
    const order = this.#order;
    const at = rowAt(section, held);
    const ties = section[at + WalkWord.TIES]!;
    const poolsAt = at + WALK_WORDS;
    if (order.stands(place, section, poolsAt, section[at + WalkWord.COUNT]!, ties)) return this.#keep(section, held);
    if (!order.rankAfter(place, section, poolsAt, ties)) return -1;
    if (!order.isHeadOther(section, poolsAt, ties)) return this.#internRanked();
    if (this.#nowMs - this.#changedMs[place]! < SERVING_MS_MIN) {
      this.#isWaiting = true;
      return this.#keep(section, held);
    }
    this.#changedMs[place] = this.#nowMs;
    this.#moved++;
    return this.#internRanked();
  }

  #keep(section: Int32Array, held: number): number {
    const known = this.#kept[held]!;
    if (known >= 0) return known;
    const at = rowAt(section, held);
    const count = section[at + WalkWord.COUNT]!;
    const pools = section.subarray(at + WALK_WORDS, at + WALK_WORDS + count);
    const row = this.#rows.intern(pools, count, section[at + WalkWord.TIES]!, this.#otherwise, 0);
    this.#kept[held] = row;
    return row;
  }

  #internRanked(): number {
    const { pools, count, ties } = this.#order;
    return this.#rows.intern(pools, count, ties, this.#otherwise, 0);
  }
}

/**
 * A row with the pools of a fence in the order that its client would have outside (row `ranked`, or the walk of its rule); those that it
 * would not have behind them.
 */
function fenceRow(rows: RowSet, spec: PreferenceSpec, fence: number, rule: number, ranked: number): number {
  const { pools, onDown } = spec.fences[fence]!;
  const walk = spec.walks[rule]!;
  const outside = ranked < 0 ? null : rows.poolsOf(ranked);
  const inside = new Set(pools);
  const order = new Set<number>();
  let ties = 0;
  for (const [i, pool] of (outside?.pools ?? []).entries()) {
    if (!inside.has(pool)) continue;
    order.add(pool);
    if (i < outside!.ties) ties++;
  }
  for (const [i, pool] of walk.pools.entries()) {
    if (!inside.has(pool)) continue;
    order.add(pool);
    if (outside === null && i < walk.ties) ties++;
  }
  for (const pool of pools) order.add(pool);
  return rows.intern([...order], order.size, ties, fenceEnd(onDown, rule), 1);
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
