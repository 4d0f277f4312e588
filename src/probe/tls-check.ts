/**
 * TLS check: an endpoint that completes the handshake is well, if its certificate is (where it is to be verified) and it says
 * what is expected of it. Run by {@link runCheck}.
 */

import type { CheckAttempt } from './check-attempt.ts';
import { openTlsConnection } from './open-tls-connection.ts';
import { talk } from './talk.ts';

/** Connects to the literal `address`, says and hears what the spec asks for through TLS, and lets go. */
export function checkTls(attempt: CheckAttempt, address: string): void {
  openTlsConnection(attempt, address, [], (socket) => talk(attempt, socket));
}
