/**
 * Time that passes only when it is told to. Events run in the order of their times; between two instants all promises that
 * can go on do so, so the program under test sees the same order of things for the same seed.
 */

import type { Clock } from '../../src/base/clock.ts';
import type { Timers } from '../../src/base/timers.ts';

type Event = { readonly dueMs: number; readonly order: number; work: (() => void) | null };

/** Owner of the events to come. */
export class SimTime {
  nowMs = 0;
  readonly #heap: Event[] = [];
  #count = 0;

  /** Timers for the program under test. */
  readonly timers: Timers = {
    after: (ms, work) => this.#cancel(this.#add(ms, work)),
    every: (ms, work) => {
      let event: Event;
      const again = () => {
        event = this.#add(ms, again);
        work();
      };
      event = this.#add(ms, again);
      return () => {
        event.work = null;
      };
    },
    nextTurn: (work) => this.#cancel(this.#add(0, work)),
  };

  /** The clocks of a machine whose wall clock is off by `skewMs`, and whose monotonic one began elsewhere. */
  clock(skewMs: number): Clock {
    const startMs = 1_000_000 + Math.abs(skewMs) * 7;
    return { wallMs: () => 1_800_000_000_000 + this.nowMs + skewMs, monotonicMs: () => startMs + this.nowMs };
  }

  /** Lets `ms` pass; `look` is called after every instant. */
  async pass(ms: number, look: () => void = () => {}): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.nowMs = next.dueMs;
      while (this.#heap[0] !== undefined && this.#heap[0].dueMs <= this.nowMs) this.#take().work?.();
      // Promises go on until none can: a turn of the real event loop is after all of them.
      await new Promise((resolve) => setImmediate(resolve));
      look();
    }
    this.nowMs = endMs;
  }

  #cancel(event: Event): () => void {
    return () => {
      event.work = null;
    };
  }

  #add(ms: number, work: () => void): Event {
    const event: Event = { dueMs: this.nowMs + Math.max(0, ms), order: this.#count++, work };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
    return event;
  }

  #take(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
