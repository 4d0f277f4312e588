/**
 * What one agent thinks of one check: gdnsd's state machine (`up_thresh`, `ok_thresh`, `down_thresh`) over a stream of
 * results, and the smoothed times that steering by latency reads. Pure: the agent keeps one {@link Observation} a check
 * and replaces it by what {@link observe} returns; `reportOf` in `report.ts` turns it into what is published.
 *
 *   unknown --first result--> up | down
 *   up   --`fall` failures without `rise` successes in a row between them--> down
 *   down --`rise` successes in a row--> up
 */

import type { CheckSpec } from '../zone/zone-model.ts';

/** What an agent says of an endpoint; `unknown` when it has nothing to say, which never counts as down. */
export type CheckState = 'unknown' | 'up' | 'down';

/** The outcome of one check. Times are null when not measured (no connection, or a reused one). */
export type CheckResult = {
  readonly ok: boolean;
  /** One short line for people: `HTTP 503`, `connection refused`, `timeout after 1500 ms`. Empty is allowed when `ok`. */
  readonly reason: string;
  /** From the start of the connection to its establishment, milliseconds. */
  readonly connectMs: number | null;
  /** From the connection's establishment to the first octet of the answer, milliseconds. */
  readonly serverMs: number | null;
};

/** The memory of one check on one agent. Times are by the agent's monotonic clock and mean nothing elsewhere. */
export type Observation = {
  readonly state: CheckState;
  /** Reason of the last result that agrees with `state`: why it is down, or how well it last answered. */
  readonly reason: string;
  /** Failures since the last `rise` successes in a row, while up. */
  readonly failures: number;
  /** Successes in a row, counted up to `rise`. */
  readonly successes: number;
  /** Failures in a row, up to {@link FAILING_MAX}; 0 when the last result was a success. */
  readonly failing: number;
  /** Smoothed connect time and its mean deviation, milliseconds. */
  readonly connectMs: number | null;
  readonly connectDevMs: number | null;
  /** Smoothed server time, milliseconds. */
  readonly serverMs: number | null;
  /** Connect times of the last results, newest last, at most {@link CONNECT_SAMPLES} of them. */
  readonly connectSamples: readonly number[];
  /** Results seen, 0 at first: the version of this observation within one boot of its agent. */
  readonly seq: number;
  /** When `state` was entered, and when the last result came. */
  readonly sinceMs: number;
  readonly lastMs: number;
};

/** Beyond it nobody counts. */
export const FAILING_MAX = 255;
/** A connect time enters the average as the least of this many: one delayed packet is not latency (02-steering). */
const CONNECT_SAMPLES = 3;
/** Time constant of the averages (02-steering): irregular intervals weigh by the time they stand for. */
const SMOOTHING_MS = 60_000;

/** Before the first result. */
export function newObservation(nowMs: number): Observation {
  return {
    state: 'unknown',
    reason: '',
    failures: 0,
    successes: 0,
    failing: 0,
    connectMs: null,
    connectDevMs: null,
    serverMs: null,
    connectSamples: [],
    seq: 0,
    sinceMs: nowMs,
    lastMs: nowMs,
  };
}

/**
 * The observation after `result`, taken at `nowMs` (monotonic); `changed` when the state is another one than before,
 * which is what must be published at once.
 */
export function observe(
  previous: Observation,
  result: CheckResult,
  spec: Pick<CheckSpec, 'rise' | 'fall'>,
  nowMs: number,
): { observation: Observation; changed: boolean } {
  const successes = result.ok ? Math.min(previous.successes + 1, spec.rise) : 0;
  const failures = failuresAfter(previous, result.ok, successes, spec.rise);
  const state = stateAfter(previous.state, result.ok, successes, failures, spec);
  const changed = state !== previous.state;
  const agrees = result.ok === (state === 'up');
  return {
    observation: {
      state,
      reason: agrees ? result.reason : previous.reason,
      failures: state === 'down' ? 0 : failures,
      successes,
      failing: result.ok ? 0 : Math.min(previous.failing + 1, FAILING_MAX),
      ...smoothedTimes(previous, result, nowMs - previous.lastMs),
      seq: previous.seq + 1,
      sinceMs: changed ? nowMs : previous.sinceMs,
      lastMs: nowMs,
    },
    changed,
  };
}

/** `rise` successes in a row forgive the failures before them (gdnsd's `ok_thresh`). */
function failuresAfter(previous: Observation, ok: boolean, successes: number, rise: number): number {
  if (!ok) return previous.failures + 1;
  return successes >= rise ? 0 : previous.failures;
}

function stateAfter(
  state: CheckState,
  ok: boolean,
  successes: number,
  failures: number,
  spec: Pick<CheckSpec, 'rise' | 'fall'>,
): CheckState {
  if (state === 'unknown') return ok ? 'up' : 'down';
  if (state === 'up') return failures >= spec.fall ? 'down' : 'up';
  return successes >= spec.rise ? 'up' : 'down';
}

type Times = Pick<Observation, 'connectMs' | 'connectDevMs' | 'serverMs' | 'connectSamples'>;

/** Times of failed checks count too when they were measured: a slow 503 says how far away the endpoint is. */
function smoothedTimes(previous: Observation, result: CheckResult, elapsedMs: number): Times {
  const gain = 1 - Math.exp(-Math.max(elapsedMs, 1) / SMOOTHING_MS);
  const serverMs = result.serverMs === null ? previous.serverMs : smooth(previous.serverMs, result.serverMs, gain);
  const { connectMs, connectDevMs, connectSamples } = previous;
  if (result.connectMs === null) return { connectMs, connectDevMs, connectSamples, serverMs };
  const samples = [...connectSamples, result.connectMs].slice(-CONNECT_SAMPLES);
  const least = Math.min(...samples);
  return {
    connectMs: smooth(connectMs, least, gain),
    // One sample says nothing of the spread: half of it, as RFC 6298 2.2 does.
    connectDevMs: connectMs === null ? least / 2 : smooth(connectDevMs, Math.abs(least - connectMs), gain),
    connectSamples: samples,
    serverMs,
  };
}

function smooth(mean: number | null, sample: number, gain: number): number {
  return mean === null ? sample : mean + gain * (sample - mean);
}
