/**
 * When in its interval a check has its slot, so that neither an agent nor an endpoint watched by many agents sees them in a burst.
 *
 *   slots of a check:   |--- phase ---x---------interval---------x---------interval---------x
 *
 * The phase of a check begins at a hash of it, and each agent that is known stands at its rank among them: n agents see an
 * endpoint every n-th part of the interval, counted by the store's clock, which all agents share; by their own until it is known. An agent
 * that knows no other stands at a hash of itself and the check. Pure; owned by the scheduler.
 */

import { mixBits } from '../base/random.ts';

/** Slots follow the shared clock when they are off by more; below it is the way to the store. */
const CLOCK_MS_MIN = 150;

/** Owner of what the slots of all checks hang on: who else checks, and what time it is for all. */
export class SlotPlan {
  /** Of this agent's name. */
  readonly ownHash: number;
  #peerHashes: readonly number[] = [];
  /** How far the clock that agents share is ahead of the monotonic one here. */
  #aheadMs: number;

  /** `aheadMs`: of the own wall clock, which stands for the shared one at first. */
  constructor(agentId: string, aheadMs: number) {
    this.ownHash = hashText(agentId);
    this.#aheadMs = aheadMs;
  }

  /** Where in the interval, 0..1, the check of this hash has its slot. */
  phaseOf(hash: number): number {
    const own = mixBits(hash ^ this.ownHash);
    if (this.#peerHashes.length === 0) return own / 2 ** 32;
    let rank = 0;
    for (const peer of this.#peerHashes) if (mixBits(hash ^ peer) < own) rank++;
    return (hash / 2 ** 32 + rank / (this.#peerHashes.length + 1)) % 1;
  }

  /** The other agents, by name. */
  setPeers(agents: Iterable<string>): void {
    this.#peerHashes = Array.from(agents, hashText);
  }

  /** The shared clock said `sharedMs` at `nowMs` (monotonic): by how much it has moved; 0 for what is none of its own. */
  follow(sharedMs: number, nowMs: number): number {
    const movedMs = sharedMs - nowMs - this.#aheadMs;
    if (Math.abs(movedMs) < CLOCK_MS_MIN) return 0;
    this.#aheadMs += movedMs;
    return movedMs;
  }

  /** The last slot of a check at or before `nowMs` (monotonic). */
  slotBefore(phase: number, intervalMs: number, nowMs: number): number {
    const sinceMs = (nowMs + this.#aheadMs - phase * intervalMs) % intervalMs;
    return nowMs - ((sinceMs + intervalMs) % intervalMs);
  }
}

/** A shift of slots by this part of the interval, the short way round. */
export function shortShift(share: number): number {
  return share - Math.round(share);
}

/** The first of the slots `slotMs` + n x `intervalMs` (n >= 1) that lies after `afterMs` by half an interval or more. */
export function nextSlot(slotMs: number, intervalMs: number, afterMs: number): number {
  return slotMs + Math.max(1, Math.ceil((afterMs - slotMs) / intervalMs + 0.5)) * intervalMs;
}

/** FNV-1a over UTF-16 units, finished by a mixer: equal on every machine. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixBits(hash);
}
