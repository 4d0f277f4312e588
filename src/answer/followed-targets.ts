/**
 * What is known of the targets of one RRset that follows health, for the client at hand: which of them are down, and the addresses that
 * each has, copied, since they may come out of several zones. One per worker; filled by `decide-targets`, read by `followed-rrset`.
 */

import { ANSWERS_MAX, FOLLOWED_TARGETS_MAX } from '../base/limits.ts';
import { Decision } from '../decision/decision.ts';

/** What is known of a target: the highest of what its families say. */
export const TargetState = {
  /** No zone here has addresses of it: it is served whatever happens. */
  UNKNOWN: 0,
  /** What it has is steered, and every pool of that is exhausted. */
  DOWN: 1,
  /** It leads out of our zones without a decision: as UNKNOWN, and served even where the other family is down. */
  OUTSIDE: 2,
  /** It has addresses that are not known to be down. */
  ALIVE: 3,
} as const;

/** In {@link FollowedTargets.hintCount}: no zone here knows, the file's hints stand. */
export const HINTS_OF_FILE = -1;

/** The two families of addresses, as they index {@link FollowedTargets.hintCount}. */
export const HINT_FAMILIES = 2;

/** State of one RRset. */
export class FollowedTargets {
  /**
   * Not the answer's: a hint takes no turn in the rotation of addresses, else a client that asks for both in one order would always get
   * the same of them.
   */
  readonly decision: Decision = new Decision();
  /** `TargetState` by target. */
  readonly states: Uint8Array = new Uint8Array(FOLLOWED_TARGETS_MAX);
  /** By target and family (0 IPv4, 1 IPv6): how many addresses it has, or {@link HINTS_OF_FILE}. */
  readonly hintCount: Int8Array = new Int8Array(FOLLOWED_TARGETS_MAX * HINT_FAMILIES);
  /** The addresses of IPv4 and of IPv6, ANSWERS_MAX places a target. */
  readonly hintsV4: Uint8Array = new Uint8Array(FOLLOWED_TARGETS_MAX * ANSWERS_MAX * 4);
  readonly hintsV6: Uint8Array = new Uint8Array(FOLLOWED_TARGETS_MAX * ANSWERS_MAX * 16);

  constructor(rotationSeed: number) {
    this.decision.rotationSeed = rotationSeed;
  }
}
