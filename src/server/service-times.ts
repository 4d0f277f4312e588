/**
 * How long answering takes, sampled: a worker times one batch, turn or request in {@link SAMPLE_EVERY}, from the moment at which its octets
 * have been read to the moment at which the answers have been handed to the kernel (over TCP, TLS and HTTPS: to the connection). Each of the
 * sampled answers adds one to a bucket in shared memory, since each waited for all of its batch. What waits in the kernel's queues, or on the
 * wire, is not in it.
 *
 *   words   for each Transport: a count for each bound and one for what is longer, then the sum in units of 100 ns
 *
 * Memory of a seat in the worker pool, which outlives its threads; read by `worker-totals.ts`.
 */

import { Transport } from '../answer/transaction.ts';

/** Time is read twice for a sample, 0.2 to 0.4 us: so seldom that it costs a batch of one query some 10 ns. */
const SAMPLE_EVERY = 32;
/** Upper bounds of the buckets in milliseconds: 1 us to 1 s. */
const BOUNDS_MS: readonly number[] = [-3, -2, -1, 0, 1, 2]
  .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
  .concat(1_000);
/** 2^32 units are seven minutes of answering; the control thread looks every second. */
const UNITS_PER_MS = 10_000;
const BUCKETS = BOUNDS_MS.length + 1;
const WORDS = BUCKETS + 1;
const TRANSPORTS = { udp: Transport.UDP, tcp: Transport.TCP, tls: Transport.TLS, https: Transport.HTTPS } as const;

export type ServiceTimes = Uint32Array<SharedArrayBuffer>;

/** The times of one transport: `counts[i]` were within `boundsMs[i]` and not within the bound before; the last entry has none. */
export type ServiceDurations = {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly sumMs: number;
};
export type ServiceReport = Readonly<Record<keyof typeof TRANSPORTS, ServiceDurations>>;

/** Times of one worker, none yet. */
export function createServiceTimes(): ServiceTimes {
  return new Uint32Array(new SharedArrayBuffer(4 * WORDS * Object.keys(TRANSPORTS).length));
}

/** What stands in `words`: the times of one worker, or totals in the same order. */
export function reportServiceTimes(words: ArrayLike<number>): ServiceReport {
  const durationsOf = (transport: number): ServiceDurations => ({
    boundsMs: BOUNDS_MS,
    counts: Array.from({ length: BUCKETS }, (_, i) => words[transport * WORDS + i] ?? 0),
    sumMs: (words[transport * WORDS + BUCKETS] ?? 0) / UNITS_PER_MS,
  });
  const { udp, tcp, tls, https } = TRANSPORTS;
  return { udp: durationsOf(udp), tcp: durationsOf(tcp), tls: durationsOf(tls), https: durationsOf(https) };
}

/** A worker's watch for one transport. Allocates nothing once compiled: neither measuring nor passing over (`test/system/answer-heap.test.ts`). */
export class ServiceTimer {
  readonly #words: ServiceTimes;
  readonly #at: number;
  /** When the sample began and how long it took: numbers of their own would be a new object each time. */
  readonly #cells = new Float64Array(2);
  /** Until the next sample; not above 0: it is being taken. */
  #left = 1;

  /** `transport` is a `Transport`. */
  constructor(words: ServiceTimes, transport: number) {
    this.#words = words;
    this.#at = transport * WORDS;
  }

  /** Queries have been read. */
  begin(): void {
    if (--this.#left <= 0) readClock(this.#cells);
  }

  /** `answers` to them have been sent; none is fine too. */
  end(answers: number): void {
    if (this.#left > 0) return;
    this.#left = SAMPLE_EVERY;
    readClock(this.#cells);
    addSample(this.#words, this.#at, this.#cells[ELAPSED]!, answers);
  }
}

const NOW = 0;
const ELAPSED = 1;

/** Apart from its callers, which are too large to have the clock compiled into them: its number would come back as an object. */
function readClock(cells: Float64Array): void {
  const nowMs = performance.now();
  cells[ELAPSED] = nowMs - cells[NOW]!;
  cells[NOW] = nowMs;
}

function addSample(words: ServiceTimes, at: number, ms: number, answers: number): void {
  let bucket = 0;
  while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++;
  words[at + bucket]! += answers;
  words[at + BUCKETS]! += Math.round(ms * UNITS_PER_MS) * answers;
}
