/**
 * How the weight of one endpoint comes back: after it was out, from the floor its record names to the whole; after an
 * operator's shift, from where the shift left it. Down it goes at once. Pure; owned by the word writer, one for each endpoint.
 *
 *   factor = shift x max(floor, (now - start) / duration)      while it ramps; never falls as time passes
 */

import type { RecoveryModel } from '../zone/zone-model.ts';

/** What an endpoint's weight does. */
export type EndpointRamp = {
  readonly isBarred: boolean;
  /** Factor of the shifts in force; 1 without any. */
  readonly shift: number;
  /** Null when it does not ramp. `isRecovery`: after it was out; waived when all its peers ramp. */
  readonly ramp: {
    readonly startMs: number;
    readonly durationMs: number;
    readonly floor: number;
    readonly isRecovery: boolean;
  } | null;
};

/** The ramp after a shift in records that configure none. */
const SHIFT_RAMP_SECONDS = 60;

/** An endpoint seen for the first time: nothing to ramp from. */
export function newRamp(isBarred: boolean, shift: number): EndpointRamp {
  return { isBarred, shift, ramp: null };
}

/** The ramp after `previous` when the endpoint now is barred or not and shifted by `shift`. */
export function nextRamp(
  previous: EndpointRamp,
  isBarred: boolean,
  shift: number,
  recovery: RecoveryModel,
  nowMs: number,
): EndpointRamp {
  if (isBarred) return { isBarred, shift, ramp: null };
  const before = rampFactor(previous, nowMs);
  if (previous.isBarred && recovery.ramp !== null) {
    const { seconds, floor } = recovery.ramp;
    return { isBarred, shift, ramp: { startMs: nowMs, durationMs: seconds * 1000, floor, isRecovery: true } };
  }
  if (shift > previous.shift && !previous.isBarred) {
    const durationMs = (recovery.ramp?.seconds ?? SHIFT_RAMP_SECONDS) * 1000;
    return { isBarred, shift, ramp: { startMs: nowMs, durationMs, floor: before / shift, isRecovery: false } };
  }
  return { isBarred, shift, ramp: isRamping(previous, nowMs) ? previous.ramp : null };
}

/** The part of its weight that the endpoint has at `nowMs`, 0..1. */
export function rampFactor({ ramp, shift }: EndpointRamp, nowMs: number): number {
  if (ramp === null) return shift;
  return shift * Math.min(1, Math.max(ramp.floor, (nowMs - ramp.startMs) / ramp.durationMs));
}

/** True until the endpoint has the whole of its weight again. */
export function isRamping({ ramp }: EndpointRamp, nowMs: number): boolean {
  return ramp !== null && nowMs - ramp.startMs < ramp.durationMs;
}

/** Without the ramp of a recovery, for good: so that the factor never falls again when a peer has ended its own. */
export function withoutRecovery(state: EndpointRamp): EndpointRamp {
  return state.ramp?.isRecovery === true ? { ...state, ramp: null } : state;
}
