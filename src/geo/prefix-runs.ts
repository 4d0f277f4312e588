/**
 * A whole address space cut into runs of equal value: the form in which location data is built, layered and compiled, before
 * it is packed for lookup (run-table). Run i covers [key i, key i+1); the first key is 0, so every address has a value;
 * {@link HOLE} says that this layer has nothing to say. Build time only.
 *
 *   keys    stride words a run (IPv4 1, IPv6 4), most significant first
 *   values  one word a run, 0..HOLE
 */

import { present } from '../base/assert.ts';
import type { IpFamily } from '../base/ip-address.ts';
import { type IpPrefix, maskWord } from '../base/ip-prefix.ts';

/** Bits of a run's value. With 8 bits of prefix length beside it a lookup result stays a small integer of the engine. */
export const RUN_VALUE_BITS = 22;
/** No value here: the layer below shows through. */
export const HOLE = (1 << RUN_VALUE_BITS) - 1;

/** A list of runs over the addresses of one family, grown from the lowest address up. */
export class RunList {
  readonly family: IpFamily;
  readonly stride: number;
  count = 1;
  keys: Uint32Array;
  values: Uint32Array;

  /** Starts as one run of `value` (usually {@link HOLE}) over everything. */
  constructor(family: IpFamily, value: number = HOLE, capacity = 1024) {
    this.family = family;
    this.stride = family === 4 ? 1 : 4;
    this.keys = new Uint32Array(capacity * this.stride);
    this.values = new Uint32Array(capacity);
    this.values[0] = value;
  }

  /** From the given address to the end of the space, `value` holds. Addresses must not descend; a later call at the same address wins. */
  append(w0: number, w1: number, w2: number, w3: number, value: number): void {
    const last = this.count - 1;
    if (this.values[last] === value) return;
    if (this.#keyIs(last, w0, w1, w2, w3)) {
      // The run before turned out to be empty; without it its neighbours may be one.
      if (last > 0 && this.values[last - 1] === value) this.count = last;
      else this.values[last] = value;
      return;
    }
    if (this.count === this.values.length) this.#grow();
    this.values[this.count] = value;
    const at = this.count * this.stride;
    this.keys[at] = w0;
    if (this.stride === 4) {
      this.keys[at + 1] = w1;
      this.keys[at + 2] = w2;
      this.keys[at + 3] = w3;
    }
    this.count++;
  }

  /** IPv4 addresses `first`..`last` have `value`, what follows is a hole. Ranges come in ascending order. */
  addRange4(first: number, last: number, value: number): void {
    this.append(first, 0, 0, 0, value);
    if (last !== 0xffffffff) this.append(last + 1, 0, 0, 0, HOLE);
  }

  /** The addresses of a prefix of `length` bits at the given words have `value`, what follows is a hole. Ascending order. */
  addBlock(words: Uint32Array, length: number, value: number): void {
    this.append(words[0]!, words[1]!, words[2]!, words[3]!, value);
    const after = addressAfter(words, length);
    if (after !== null) this.append(after[0]!, after[1]!, after[2]!, after[3]!, HOLE);
  }

  #keyIs(run: number, w0: number, w1: number, w2: number, w3: number): boolean {
    const keys = this.keys;
    if (this.stride === 1) return keys[run] === w0;
    const at = run * 4;
    return keys[at] === w0 && keys[at + 1] === w1 && keys[at + 2] === w2 && keys[at + 3] === w3;
  }

  #grow(): void {
    const keys = new Uint32Array(this.keys.length * 2);
    const values = new Uint32Array(this.values.length * 2);
    keys.set(this.keys);
    values.set(this.values);
    this.keys = keys;
    this.values = values;
  }
}

/** A prefix with the value it stands for; where prefixes overlap the lower rank wins, the outer one among equals. */
export type PrefixValue = { readonly prefix: IpPrefix; readonly value: number; readonly rank: number };

/**
 * The prefixes of `family` among `entries` as one layer, holes elsewhere. Prefixes nest or are disjoint, so one sweep in
 * address order with a stack of the open ones does it.
 */
export function layPrefixes(family: IpFamily, entries: readonly PrefixValue[]): RunList {
  const sorted = entries.filter((entry) => entry.prefix.family === family).sort(comparePrefixes);
  const runs = new RunList(family, HOLE, Math.max(16, sorted.length * 2 + 1));
  const open: PrefixValue[] = [];
  const winners: PrefixValue[] = [];
  const close = () => {
    const { prefix } = present(open.pop(), 'open prefix');
    winners.pop();
    const after = addressAfter(prefix.words, prefix.length);
    const value = winners.length === 0 ? HOLE : winners[winners.length - 1]!.value;
    if (after !== null) runs.append(after[0]!, after[1]!, after[2]!, after[3]!, value);
  };
  for (const entry of sorted) {
    while (open.length > 0 && !covers(open[open.length - 1]!.prefix, entry.prefix)) close();
    const outer = winners[winners.length - 1];
    const winner = outer === undefined || entry.rank < outer.rank ? entry : outer;
    open.push(entry);
    winners.push(winner);
    const w = entry.prefix.words;
    runs.append(w[0]!, w[1]!, w[2]!, w[3]!, winner.value);
  }
  while (open.length > 0) close();
  return runs;
}

/** `upper` over `lower`: the lower layer shows through the holes of the upper one. Where one is empty, the other itself. */
export function layOver(upper: RunList, lower: RunList): RunList {
  if (isEmptyLayer(upper)) return lower;
  if (isEmptyLayer(lower)) return upper;
  return crossRuns(upper, lower, (top, bottom) => (top === HOLE ? bottom : top));
}

/** Runs of what `combine` makes of both layers' values, holes as {@link HOLE}. */
export function crossRuns(upper: RunList, lower: RunList, combine: (top: number, bottom: number) => number): RunList {
  const { stride } = upper;
  const a = upper.keys;
  const b = lower.keys;
  const merged = new RunList(upper.family, HOLE, upper.count + lower.count);
  let i = 0;
  let j = 0;
  let from = a;
  let at = 0;
  for (;;) {
    const value = combine(upper.values[i]!, lower.values[j]!);
    if (stride === 1) merged.append(from[at]!, 0, 0, 0, value);
    else merged.append(from[at]!, from[at + 1]!, from[at + 2]!, from[at + 3]!, value);
    const moreUpper = i + 1 < upper.count;
    const moreLower = j + 1 < lower.count;
    if (!moreUpper && !moreLower) return merged;
    const order = !moreUpper ? 1 : !moreLower ? -1 : compareKeys(a, (i + 1) * stride, b, (j + 1) * stride, stride);
    if (order <= 0) i++;
    if (order >= 0) j++;
    from = order <= 0 ? a : b;
    at = (order <= 0 ? i : j) * stride;
  }
}

/** True if the layer has nothing to say anywhere. */
function isEmptyLayer(runs: RunList): boolean {
  return runs.count === 1 && runs.values[0] === HOLE;
}

function compareKeys(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number, stride: number): number {
  for (let k = 0; k < stride; k++) {
    const x = a[aAt + k]!;
    const y = b[bAt + k]!;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Address order, the wider prefix first, so that an outer prefix is open before those inside it come. */
function comparePrefixes(a: PrefixValue, b: PrefixValue): number {
  return compareKeys(a.prefix.words, 0, b.prefix.words, 0, 4) || a.prefix.length - b.prefix.length || a.rank - b.rank;
}

/** True if `inner` lies inside `outer` (same family). */
function covers(outer: IpPrefix, inner: IpPrefix): boolean {
  if (inner.length < outer.length) return false;
  for (let i = 0; i < 4; i++) {
    if (((outer.words[i]! ^ inner.words[i]!) & maskWord(outer.length, i)) !== 0) return false;
  }
  return true;
}

/** The first address behind a prefix, or null when the prefix reaches the end of the space. */
function addressAfter(words: Uint32Array, length: number): Uint32Array | null {
  if (length === 0) return null;
  const after = Uint32Array.from(words);
  let carry = 2 ** (31 - ((length - 1) & 31));
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    const sum = after[i]! + carry;
    after[i] = sum % 0x100000000;
    if (sum < 0x100000000) return after;
    carry = 1;
  }
  return null;
}
