/**
 * What happens at the sockets of one worker, below the level of DNS: counted in shared memory that the control thread
 * made, so that the figures outlive the worker. Written by the listeners, summed by `worker-totals.ts`.
 */

/** Position of each figure. */
export const ListenerCounter = {
  UDP_PORT_ZERO: 0,
  UDP_TOO_LONG: 1,
  UDP_SEND_DROPPED: 2,
  UDP_SEND_FAILED: 3,
  UDP_SOCKET_FAILED: 4,
  TCP_ACCEPTED: 5,
  /** The one that also falls: connections that are open now. */
  TCP_OPEN: 6,
  TCP_EVICTED: 7,
  TCP_TIMED_OUT: 8,
  TCP_BAD_FRAME: 9,
  TCP_FAILED: 10,
  TCP_ACCEPT_FAILED: 11,
  ANSWER_BUGS: 12,
  /** PROXY headers from strangers, and what trusted proxies sent without a good one. */
  PROXY_REFUSED: 13,
  /** TLS handshakes that came to their end, and those that did not. */
  TLS_ACCEPTED: 14,
  TLS_FAILED: 15,
  /** Requests and sessions that are no DNS over HTTPS. */
  DOH_REFUSED: 16,
  /** Looks at the process's descriptors that found none for connections: who comes then makes another leave, or is dropped unseen. */
  TCP_NO_DESCRIPTORS: 17,
} as const;

const COUNT = 18;
/** Behind the figures: how often the worker's loop has turned, read by the watchdog. */
const BEAT = COUNT;

export type ListenerCounters = Int32Array<SharedArrayBuffer>;

/** Figures of one worker, all zero. */
export function createListenerCounters(): ListenerCounters {
  return new Int32Array(new SharedArrayBuffer((COUNT + 1) * 4));
}

/** Adds one to the figure `at`; each worker writes its own, so no atomics. */
export function count(counters: ListenerCounters, at: number): void {
  counters[at] = counters[at]! + 1;
}

/** Sign of life of the worker's loop. */
export function beat(counters: ListenerCounters): void {
  Atomics.add(counters, BEAT, 1);
}

/** A number that has changed if the worker's loop has turned since the last call. */
export function readBeat(counters: ListenerCounters): number {
  return Atomics.load(counters, BEAT);
}

/**
 * The figures by name in camel case (`udpPortZero`): out of `totals`, which have the words' order, but for what is open now, which
 * is the sum over `list`.
 */
export function reportListenerCounters(
  totals: ArrayLike<number>,
  list: readonly ListenerCounters[],
): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [name, at] of Object.entries(ListenerCounter)) {
    figures[name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())] = totals[at] ?? 0;
  }
  figures.tcpOpen = list.reduce((sum, counters) => sum + counters[ListenerCounter.TCP_OPEN]!, 0);
  return figures;
}
