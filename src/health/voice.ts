/**
 * What one agent says of one check, in one small number: its state, and whether its last checks failed. The state is the
 * agent's vote; the failures behind it are the fast path's (`suspicion.ts`). Two reports with one voice say the same, and
 * the second need not be published at once.
 */

import type { AgentReport } from './report.ts';

/** The voices. */
export const Voice = {
  /** Nothing to say; leaves every count. */
  UNKNOWN: 0,
  UP: 1,
  /** Down, and failed twice in a row or more. */
  DOWN: 2,
  /** Up so far, but the last check failed. */
  FAILING: 3,
  /** Down at its first failure (`fall: 1`, or the first check there was); not yet confirmed by a second. */
  DOWN_ONCE: 4,
  /** Down so far, but the last check succeeded. */
  RECOVERING: 5,
} as const;
export type VoiceCode = (typeof Voice)[keyof typeof Voice];

/** The voice of a report; `unknown` when there is none. */
export function voiceOf(report: Pick<AgentReport, 'state' | 'failing'> | undefined): VoiceCode {
  if (report === undefined || report.state === 'unknown') return Voice.UNKNOWN;
  if (report.state === 'up') return report.failing > 0 ? Voice.FAILING : Voice.UP;
  if (report.failing === 0) return Voice.RECOVERING;
  return report.failing === 1 ? Voice.DOWN_ONCE : Voice.DOWN;
}
