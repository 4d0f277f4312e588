/**
 * A few words with an endpoint on a connection: something is sent, something is expected, or neither. What TCP and TLS checks
 * do once they are connected. Bounded by the attempt's deadline and by what an {@link expectText} reads.
 */

import type { Socket } from 'node:net';
import type { CheckAttempt } from './check-attempt.ts';
import { expectText } from './expected-text.ts';

/** Talks on `socket` and settles `attempt`; an endpoint that is only to be reached has passed. */
export function talk(attempt: CheckAttempt, socket: Socket): void {
  const { send } = attempt.spec;
  const expected = expectText(attempt.spec);
  const sentMs = performance.now();
  if (send !== null) {
    socket.write(Buffer.from(send, 'hex'), (error) => {
      if (error === undefined || error === null) {
        if (expected === null) attempt.pass();
      } else attempt.failBy(error);
    });
  }
  if (expected === null) {
    if (send === null) attempt.pass();
    return;
  }
  socket.on('data', (piece: Buffer) => {
    if (!attempt.isOpen) return;
    attempt.serverMs ??= performance.now() - sentMs;
    const found = expected.take(piece);
    if (found === 'found') attempt.pass();
    else if (found === 'missing') attempt.fail('answer lacks expected text');
  });
  socket.on('end', () => {
    if (expected.end() === 'found') attempt.pass();
    else attempt.fail('answer lacks expected text');
  });
}
