/** What the workers counted, added up over all of them and since the start (`wide-words.ts`). Owned by the worker pool (control thread). */

import { type CounterReport, type Counters, reportCounters } from '../answer/counters.ts';
import { type ListenerCounters, reportListenerCounters } from './listener-counters.ts';
import { reportServiceTimes, type ServiceReport, type ServiceTimes } from './service-times.ts';
import { WideWords, type WorkerWords } from './wide-words.ts';

/** Where one worker counts. */
type CountedWorker = {
  readonly counters: Counters;
  readonly listenerCounters: ListenerCounters;
  readonly serviceTimes: ServiceTimes;
};

/** Owner of the totals. Whoever owns it calls {@link look} more often than all workers together count 2^32. */
export class WorkerTotals {
  readonly #listenerCounters: readonly ListenerCounters[];
  readonly #dns: WideWords;
  readonly #sockets: WideWords;
  readonly #times: WideWords;

  constructor(workers: readonly CountedWorker[]) {
    this.#listenerCounters = workers.map(({ listenerCounters }) => listenerCounters);
    this.#dns = widen(workers.map(({ counters }) => counters));
    this.#sockets = widen(this.#listenerCounters);
    this.#times = widen(workers.map(({ serviceTimes }) => serviceTimes));
  }

  /** Takes note of how far the words have come. */
  look(): void {
    for (const words of [this.#dns, this.#sockets, this.#times]) words.read();
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
    return reportListenerCounters(this.#sockets.read(), this.#listenerCounters);
  }

  /** How long answering took, of the answers that were timed. */
  serviceTimes(): ServiceReport {
    return reportServiceTimes(this.#times.read());
  }
}

function widen(lists: readonly WorkerWords[]): WideWords {
  return new WideWords(() => lists, lists[0]?.length ?? 0);
}
