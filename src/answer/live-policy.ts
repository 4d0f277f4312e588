/**
 * What the control thread may change while workers answer: a few words of shared memory, written in place and read per query.
 *
 *   0  1 while verdicts are held (HOLD)
 *   1  which of two sets of cookie secrets is in force
 *   2  set 0: how many secrets (0, 1 or 2), then four words each      11  set 1, likewise
 *
 * A set is written while the other is in force, so no query sees half a secret. The first secret makes cookies, the second is
 * only believed: that is how a secret is rolled over on many nodes without any cookie being refused (RFC 9018 5).
 */

import { assert } from '../base/assert.ts';
import { readSipKey, SIP_KEY_WORDS } from '../base/sip-hash.ts';

export type LivePolicy = Int32Array<SharedArrayBuffer>;

/** Secrets believed at once. */
export const COOKIE_SECRETS_MAX = 2;

const HELD = 0;
const SET_IN_FORCE = 1;
const SETS_AT = 2;
const SET_WORDS = 1 + COOKIE_SECRETS_MAX * SIP_KEY_WORDS;
const WORDS = SETS_AT + 2 * SET_WORDS;

/** Nothing held, no secrets: cookies are then ignored as an unknown option is. */
export function createLivePolicy(): LivePolicy {
  return new Int32Array(new SharedArrayBuffer(WORDS * 4));
}

/** Says whether verdicts are held. */
export function setHeld(live: LivePolicy, isHeld: boolean): void {
  Atomics.store(live, HELD, isHeld ? 1 : 0);
}

/** True while verdicts are held. */
export function isHeld(live: LivePolicy): boolean {
  return live[HELD] === 1;
}

/** Puts `secrets` in force, of SIP_KEY_BYTES each and at most {@link COOKIE_SECRETS_MAX}; the first makes cookies. */
export function setCookieSecrets(live: LivePolicy, secrets: readonly Uint8Array[]): void {
  assert(secrets.length <= COOKIE_SECRETS_MAX, 'too many cookie secrets');
  const next = 1 - live[SET_IN_FORCE]!;
  const at = SETS_AT + next * SET_WORDS;
  live[at] = secrets.length;
  for (const [i, secret] of secrets.entries()) readSipKey(live, at + 1 + i * SIP_KEY_WORDS, secret);
  Atomics.store(live, SET_IN_FORCE, next);
}

/** The word that says how many secrets are in force; the keys stand behind it. */
export function cookieSecretsAt(live: LivePolicy): number {
  return SETS_AT + live[SET_IN_FORCE]! * SET_WORDS;
}
