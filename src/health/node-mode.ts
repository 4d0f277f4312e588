/**
 * Whether a DNS node may believe that an endpoint went down. With enough regions heard it may (NORMAL); without Redis,
 * or with only a minority of the regions it knew a moment ago, it keeps the last verdicts (HOLD) and lets endpoints only
 * come up. When that lasts, it checks the endpoints itself (SELF); if it sees none of them either, it knows nothing, and
 * serves all (BLIND). Pure; the health feed asks once a second and whenever the connection to Redis changes.
 *
 *   HOLD --10 min--> SELF <--15 s--> BLIND        and from each, 2 s after the agents are heard again: NORMAL
 */

/** A node boots in HOLD, and leaves it once the agents have been heard. */
export type NodeMode = 'NORMAL' | 'HOLD' | 'SELF' | 'BLIND';

/** What the node's own checks see: `untried` before they have ended a round, `off` when it has none. */
export type SelfSight = 'off' | 'untried' | 'sees' | 'blind';

/** Why a node holds. `starting`: since its boot no agent has been heard; `minority`: of the known regions most are silent. */
export type HoldReason = 'starting' | 'store-lost' | 'store-reset' | 'agents-gone' | 'minority';

export type ModeState = {
  readonly mode: NodeMode;
  /** Null in NORMAL. */
  readonly reason: HoldReason | null;
  /** When `mode` was entered (monotonic). */
  readonly sinceMs: number;
  /** Since when nothing has spoken for HOLD, or null. */
  readonly goodSinceMs: number | null;
  /** Since when the node's own sight has spoken for the other one of SELF and BLIND, or null. */
  readonly turnSinceMs: number | null;
};

/** What the mode hangs on. */
export type ModeInput = {
  /** The connection to the store; `connecting` only until the first attempt has ended. */
  readonly connection: 'connecting' | 'connected' | 'lost';
  /** Redis came back empty or older, and no majority of regions has published since. */
  readonly reset: boolean;
  /** Every agent there is has been read at once, from a store that was in use already: no need to wait for others. */
  readonly isComplete: boolean;
  /** Regions heard within the last {@link REGION_KNOWN_MS}. */
  readonly knownRegions: number;
  /** Regions with a fresh agent. */
  readonly freshRegions: number;
  readonly sight: SelfSight;
};

/** For how long a silent region still counts among those that could object: `hold_max` of the design. */
export const REGION_KNOWN_MS = 600_000;
/** How long the last verdicts are held before the node looks for itself: `hold_max` as well. */
const HOLD_MS_MAX = 600_000;
/** How long the node's own sight must stay changed before it goes from SELF to BLIND or back. */
const TURN_MS = 15_000;
/**
 * HOLD is entered at once, since that is safe, and left after this long without a reason for it: the agents' records
 * arrive one after the other, and the first to arrive must not decide alone. Only a node that boots beside a store in
 * use, and finds all agents in it, need not wait.
 */
const HOLD_LEAVE_MS = 2_000;

/** The mode at boot. */
export function startingMode(nowMs: number): ModeState {
  return { mode: 'HOLD', reason: 'starting', sinceMs: nowMs, goodSinceMs: null, turnSinceMs: null };
}

/** The mode at `nowMs` after `state`; the same object when nothing changed. */
export function nextMode(state: ModeState, input: ModeInput, nowMs: number): ModeState {
  const reason = reasonToHold(state, input);
  if (reason !== null) {
    return withoutAgents(state, reason, input.sight, nowMs);
  }
  if (state.mode === 'NORMAL') return state;
  if (state.reason === 'starting' && input.isComplete) return normalSince(nowMs);
  if (state.goodSinceMs === null) return { ...state, goodSinceMs: nowMs };
  if (nowMs - state.goodSinceMs < HOLD_LEAVE_MS) return state;
  return normalSince(nowMs);
}

/**
 * True if `some` of `known` regions may take an endpoint down. Half of them may: with two regions, the loss of one whole
 * region (its agent and its endpoints together) is what steering exists for, and the other must be able to act.
 */
export function isQuorate(some: number, known: number): boolean {
  return some > 0 && some * 2 >= known;
}

function normalSince(nowMs: number): ModeState {
  return { mode: 'NORMAL', reason: null, sinceMs: nowMs, goodSinceMs: nowMs, turnSinceMs: null };
}

/** The mode while the agents cannot be believed; the same object when nothing changed. */
function withoutAgents(state: ModeState, reason: HoldReason, sight: SelfSight, nowMs: number): ModeState {
  const same = state.reason === reason && state.goodSinceMs === null;
  switch (state.mode) {
    case 'NORMAL':
      return { mode: 'HOLD', reason, sinceMs: nowMs, goodSinceMs: null, turnSinceMs: null };
    case 'HOLD':
      if (sight !== 'off' && nowMs - state.sinceMs >= HOLD_MS_MAX)
        return { mode: 'SELF', reason, sinceMs: nowMs, goodSinceMs: null, turnSinceMs: null };
      return same ? state : { ...state, reason, goodSinceMs: null };
    default: {
      const isTurned = sight === (state.mode === 'SELF' ? 'blind' : 'sees');
      const turnSinceMs = isTurned ? (state.turnSinceMs ?? nowMs) : null;
      if (turnSinceMs === null || nowMs - turnSinceMs < TURN_MS)
        return same && turnSinceMs === state.turnSinceMs ? state : { ...state, reason, goodSinceMs: null, turnSinceMs };
      const mode = state.mode === 'SELF' ? 'BLIND' : 'SELF';
      return { mode, reason, sinceMs: nowMs, goodSinceMs: null, turnSinceMs: null };
    }
  }
}

function reasonToHold(state: ModeState, input: ModeInput): HoldReason | null {
  if (input.connection === 'connecting') return 'starting';
  if (input.connection === 'lost') return 'store-lost';
  if (input.reset) return 'store-reset';
  if (input.freshRegions === 0) return state.reason === 'starting' ? 'starting' : 'agents-gone';
  return isQuorate(input.freshRegions, input.knownRegions) ? null : 'minority';
}
