/**
 * Who may speak for others: the sources whose PROXY headers are believed. A header from anybody else would let a client
 * choose where it is and whose limits it uses up, so it is refused.
 */

import type { IpFamily } from '../base/ip-address.ts';
import { type IpPrefix, prefixContains } from '../base/ip-prefix.ts';

/** A few prefixes of load balancers. */
export class ProxySources {
  readonly #prefixes: readonly IpPrefix[];
  /** Filled in for each question, so that asking allocates nothing. */
  readonly #asked: { family: IpFamily; words: Uint32Array } = { family: 4, words: new Uint32Array(4) };

  constructor(prefixes: readonly IpPrefix[]) {
    this.#prefixes = prefixes;
  }

  /** True if headers of this address are believed; it must then send one with each datagram and connection. */
  has(family: IpFamily, words: Uint32Array): boolean {
    this.#asked.family = family;
    this.#asked.words = words;
    for (const prefix of this.#prefixes) if (prefixContains(prefix, this.#asked)) return true;
    return false;
  }
}
