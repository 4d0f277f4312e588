/**
 * UDP check: one empty datagram on a connected socket. A reply is a pass, an ICMP "unreachable" is a failure. Silence proves
 * neither: many services answer only what they understand, and a dead host is as silent, so it abstains.
 *
 * Run by {@link runCheck}.
 */

import { createSocket } from 'node:dgram';
import type { CheckAttempt } from './check-attempt.ts';

/** Part of the check's time that is waited for a reply or a refusal; the rest is left before the deadline. */
const LISTEN_SHARE = 0.9;

/** Sends to the literal `address` and listens until shortly before the deadline. */
export function checkUdp(attempt: CheckAttempt, address: string): void {
  const { spec } = attempt;
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let isSent = false;
  const silence = setTimeout(() => attempt.abstain('no reply, nothing refused'), spec.timeoutMs * LISTEN_SHARE);
  attempt.stage = 'response';
  attempt.own({ destroy: () => clearTimeout(silence) });
  attempt.own({ destroy: () => socket.close() });
  socket.on('error', (error) => {
    if (isSent) attempt.failBy(error);
    else attempt.abstainBy(error);
  });
  socket.on('message', () => attempt.pass());
  // A callback would take a failed connect's error instead of the listener above.
  socket.connect(spec.port, address);
  socket.on('connect', () => {
    if (!attempt.isOpen) return;
    socket.send('', (error) => {
      if (error) attempt.abstainBy(error);
      else isSent = true;
    });
  });
}
