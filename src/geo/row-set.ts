/**
 * Distinct rows of words, numbered in the order in which they came; found again through a hash of their words. For tables in which
 * thousands of places share a few hundred rows. Build time only.
 */

import { WALK_WORDS, WalkWord } from '../zone/zone-image.ts';

const ROWS_AT_FIRST = 64;
const SLOTS_AT_FIRST = 1024;

/** Owner of the rows; each is a walk (`WalkWord`), padded to one length. */
export class RowSet {
  readonly #stride: number;
  #words: Int32Array;
  #count = 0;
  /** Row + 1 by hash; 0: free. */
  #slots = new Int32Array(SLOTS_AT_FIRST);

  /** For walks of at most `poolsMax` pools. */
  constructor(poolsMax: number) {
    this.#stride = WALK_WORDS + poolsMax;
    this.#words = new Int32Array(this.#stride * ROWS_AT_FIRST);
  }

  /** The number of the row with this content, a new one where there is none yet. */
  intern(pools: ArrayLike<number>, count: number, ties: number, next: number, isFenced: 0 | 1): number {
    this.#write(pools, count, ties, next, isFenced);
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

  /** The pools of a row, and how many of them are equals. */
  poolsOf(row: number): { pools: Int32Array; ties: number } {
    const at = row * this.#stride;
    const words = this.#words;
    const pools = words.slice(at + WALK_WORDS, at + WALK_WORDS + words[at + WalkWord.COUNT]!);
    return { pools, ties: words[at + WalkWord.TIES]! };
  }

  /** Length of a row, then the rows. */
  pack(): Uint32Array {
    const section = new Uint32Array(1 + this.#count * this.#stride);
    section[0] = this.#stride;
    section.set(this.#words.subarray(0, this.#count * this.#stride), 1);
    return section;
  }

  /** Behind the rows that count, where it becomes one of them or is written over. */
  #write(pools: ArrayLike<number>, count: number, ties: number, next: number, isFenced: 0 | 1): void {
    const at = this.#count * this.#stride;
    if (at + this.#stride > this.#words.length) {
      const words = new Int32Array(this.#words.length * 2);
      words.set(this.#words);
      this.#words = words;
    }
    const words = this.#words;
    words[at + WalkWord.COUNT] = count;
    words[at + WalkWord.TIES] = ties;
    words[at + WalkWord.NEXT] = next;
    words[at + WalkWord.IS_FENCED] = isFenced;
    const room = this.#stride - WALK_WORDS;
    for (let i = 0; i < room; i++) words[at + WALK_WORDS + i] = i < count ? pools[i]! : 0;
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
