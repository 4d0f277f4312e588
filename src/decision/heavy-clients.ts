/**
 * Which client prefixes carry more than one in a hundred of a worker's queries: a big resolver that tells no subnet stands for more
 * clients than an endpoint should get at once, so `hash` spreads its queries (02-steering). A sketch of fixed size, a worker's
 * own, asked for queries that stick by their source alone:
 *
 *   256 sets of 4 counters, the set by the key's lowest bits. A key that has a counter adds to it; one that has none takes from the
 *   smallest of its set, and gets that counter when it is empty (Misra and Gries, in each set). A prefix of 1 % is more than
 *   two thirds of what falls into its set, so it keeps its counter and what it counts is its own.
 *
 * Every {@link WINDOW} queries all counts are halved: shares are of the last 30,000 queries or so. A prefix becomes heavy above
 * 1 % and is no longer heavy when it falls below 0.5 %, so that noise does not send a client to and fro.
 *
 * Cost, measured: 20 ns a query by `hash` where every client is another, nothing for other balances.
 */

const WAYS = 4;
const SETS = 256;
const WINDOW = 32_768;
/** Queries before anybody is called heavy: of 1 % so many count 164, with a deviation of 13. */
const COUNTED_MIN = 16_384;
/** Reciprocals of the shares at which a prefix becomes heavy, and no longer is. */
const HEAVY_PART = 100;
const LIGHT_PART = 200;

/** Owner of the counters. */
export class HeavyClients {
  readonly #keys = new Int32Array(SETS * WAYS);
  readonly #counts = new Uint32Array(SETS * WAYS);
  readonly #heavy = new Uint8Array(SETS * WAYS);
  #total = 0;

  /** Counts a query of the client `key` (32 well-mixed bits); true if its prefix is heavy. */
  note(key: number): boolean {
    this.#total++;
    if (this.#total >= WINDOW) this.#halve();
    const keys = this.#keys;
    const counts = this.#counts;
    const word = key | 0;
    const from = (key & (SETS - 1)) * WAYS;
    let least = from;
    for (let at = from; at < from + WAYS; at++) {
      const count = counts[at]!;
      if (keys[at] === word && count > 0) {
        counts[at] = count + 1;
        if (this.#total >= COUNTED_MIN && count * HEAVY_PART > this.#total) this.#heavy[at] = 1;
        return this.#heavy[at] === 1;
      }
      if (count < counts[least]!) least = at;
    }
    if (counts[least]! > 0) counts[least]!--;
    if (counts[least] !== 0) return false;
    keys[least] = word;
    counts[least] = 1;
    this.#heavy[least] = 0;
    return false;
  }

  #halve(): void {
    this.#total >>>= 1;
    const counts = this.#counts;
    for (let at = 0; at < counts.length; at++) {
      counts[at]! >>>= 1;
      if (counts[at]! * LIGHT_PART < this.#total) this.#heavy[at] = 0;
    }
  }
}
