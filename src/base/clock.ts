/**
 * Time as an argument. The pure side never reads a clock: whoever calls it passes one of these, so that tests, replay
 * and the simulator decide what time it is. Real time is `redis/system-clock.ts`.
 */

/** The two clocks of a node. */
export type Clock = {
  /** Milliseconds since the Unix epoch; may jump when the operator or NTP sets it. For log lines and SOA serials only. */
  readonly wallMs: () => number;
  /** Milliseconds that only grow, from an arbitrary start. Everything that ages, ages by this one. */
  readonly monotonicMs: () => number;
};
