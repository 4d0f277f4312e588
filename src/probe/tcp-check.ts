/** TCP check: an endpoint that completes the handshake is well, and says what is expected of it. Run by {@link runCheck}. */

import type { CheckAttempt } from './check-attempt.ts';
import { openConnection } from './open-connection.ts';
import { talk } from './talk.ts';

/** Connects to the literal `address`, says and hears what the spec asks for, and lets go. */
export function checkTcp(attempt: CheckAttempt, address: string): void {
  openConnection(attempt, address, (socket) => talk(attempt, socket));
}
