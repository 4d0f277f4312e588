/**
 * What the workers counted, added up over all of them and since the start. Their words are of 32 bits and wrap; here the sums of each
 * word are looked at often, and what they have grown by, modulo 2^32, goes into totals that never wrap: a counter that falls is a restart to
 * Prometheus, and a rate over it nonsense. Owned by the worker pool (control thread).
 */

import { type CounterReport, type Counters, reportCounters } from '../answer/counters.ts';
import { type ListenerCounters, reportListenerCounters } from './listener-counters.ts';

/** Where one worker counts. */
type CountedWorker = { readonly counters: Counters; readonly listenerCounters: ListenerCounters };

/** Owner of the totals. Whoever owns it calls {@link look} more often than all workers together count 2^32. */
export class WorkerTotals {
  readonly #workers: readonly CountedWorker[];
  readonly #dns: WideWords;
  readonly #sockets: WideWords;

  constructor(workers: readonly CountedWorker[]) {
    this.#workers = workers;
    this.#dns = new WideWords(workers.map(({ counters }) => counters));
    this.#sockets = new WideWords(workers.map(({ listenerCounters }) => listenerCounters));
  }

  /** Takes note of how far the words have come. */
  look(): void {
    this.#dns.read();
    this.#sockets.read();
  }

  /** What happened to queries: of all workers, dead ones included. */
  dns(): CounterReport {
    return reportCounters(this.#dns.read());
  }

  /** The same by word. */
  dnsWords(): ArrayLike<number> {
    return this.#dns.read();
  }

  /** What happened at sockets, likewise; what is open now is of this moment. */
  sockets(): Record<string, number> {
    return reportListenerCounters(
      this.#sockets.read(),
      this.#workers.map(({ listenerCounters }) => listenerCounters),
    );
  }
}

/** The sum over several arrays, word by word, wider than the words. */
class WideWords {
  readonly #lists: readonly (Uint32Array | Int32Array)[];
  readonly #seen: Uint32Array;
  readonly #totals: Float64Array;

  constructor(lists: readonly (Uint32Array | Int32Array)[]) {
    this.#lists = lists;
    const words = lists[0]?.length ?? 0;
    this.#seen = new Uint32Array(words);
    this.#totals = new Float64Array(words);
  }

  /** The totals as of now; the same array every time. */
  read(): Float64Array {
    const [lists, seen, totals] = [this.#lists, this.#seen, this.#totals];
    for (let at = 0; at < totals.length; at++) {
      let sum = 0;
      for (const words of lists) sum = (sum + words[at]!) >>> 0;
      totals[at]! += (sum - seen[at]!) >>> 0;
      seen[at] = sum;
    }
    return totals;
  }
}
