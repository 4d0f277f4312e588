/** What the workers counted, added up over all of them and since the start (`wide-words.ts`). Owned by the worker pool (control thread). */

import { type CounterReport, type Counters, reportCounters } from '../answer/counters.ts';
import { type ListenerCounters, reportListenerCounters } from './listener-counters.ts';
import { WideWords } from './wide-words.ts';

/** Where one worker counts. */
type CountedWorker = { readonly counters: Counters; readonly listenerCounters: ListenerCounters };

/** Owner of the totals. Whoever owns it calls {@link look} more often than all workers together count 2^32. */
export class WorkerTotals {
  readonly #workers: readonly CountedWorker[];
  readonly #dns: WideWords;
  readonly #sockets: WideWords;

  constructor(workers: readonly CountedWorker[]) {
    this.#workers = workers;
    const [counters, sockets] = [
      workers.map((worker) => worker.counters),
      workers.map((worker) => worker.listenerCounters),
    ];
    this.#dns = new WideWords(() => counters, counters[0]?.length ?? 0);
    this.#sockets = new WideWords(() => sockets, sockets[0]?.length ?? 0);
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
