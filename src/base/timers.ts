/**
 * Waiting as an argument: whoever waits gets one of these beside its {@link Clock}, so that the simulator decides when
 * time passes. Real time is `redis/system-timers.ts`.
 */

/** Ends a wait; harmless when it is over. */
export type CancelTimer = () => void;

/** The timers of a process. */
export type Timers = {
  /** Calls `work` once, `ms` milliseconds from now or a little later. */
  readonly after: (ms: number, work: () => void) => CancelTimer;
  /** Calls `work` every `ms` milliseconds until cancelled. */
  readonly every: (ms: number, work: () => void) => CancelTimer;
  /** Calls `work` once the sockets that are ready now have been looked after. */
  readonly nextTurn: (work: () => void) => CancelTimer;
};
