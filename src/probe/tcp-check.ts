/** TCP check: an endpoint that completes the handshake is well. Run by {@link runCheck}. */

import type { CheckAttempt } from './check-attempt.ts';
import { openConnection } from './open-connection.ts';

/** Connects to the literal `address` and lets go at once. */
export function checkTcp(attempt: CheckAttempt, address: string): void {
  openConnection(attempt, address, () => attempt.pass());
}
