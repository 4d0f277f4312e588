/**
 * UDP check: one datagram on a connected socket. Judged by the first reply; an ICMP "unreachable" is a failure.
 *
 * Without a word about what to send or expect the datagram is empty, and silence proves nothing: many services answer only what
 * they understand, and a dead host is as silent, so the check abstains. With one, silence is a failure.
 *
 * Run by {@link runCheck}.
 */

import { createSocket } from 'node:dgram';
import type { CheckAttempt } from './check-attempt.ts';
import { expectText } from './expected-text.ts';

/** Part of the check's time that is waited for a reply or a refusal; the rest is left before the deadline. */
const LISTEN_SHARE = 0.9;

/** Sends to the literal `address` and listens until the deadline, or shortly before it where silence says nothing. */
export function checkUdp(attempt: CheckAttempt, address: string): void {
  const { spec } = attempt;
  const expected = expectText(spec);
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let sentMs: number | null = null;
  attempt.stage = 'response';
  if (spec.send === null && expected === null) {
    const silence = setTimeout(() => attempt.abstain('no reply, nothing refused'), spec.timeoutMs * LISTEN_SHARE);
    attempt.own({ destroy: () => clearTimeout(silence) });
  }
  attempt.own({ destroy: () => socket.close() });
  socket.on('error', (error) => {
    if (sentMs !== null) attempt.failBy(error);
    else attempt.abstainBy(error);
  });
  socket.on('message', (reply) => {
    if (!attempt.isOpen) return;
    if (sentMs !== null) attempt.serverMs = performance.now() - sentMs;
    // A datagram is whole: what it lacks does not come.
    if (expected === null || expected.take(reply) === 'found' || expected.end() === 'found') attempt.pass();
    else attempt.fail('reply lacks expected text');
  });
  // A callback would take a failed connect's error instead of the listener above.
  socket.connect(spec.port, address);
  socket.on('connect', () => {
    if (!attempt.isOpen) return;
    socket.send(Buffer.from(spec.send ?? '', 'hex'), (error) => {
      if (error) attempt.abstainBy(error);
      else sentMs ??= performance.now();
    });
  });
}
