/**
 * A new TCP connection, timed. Never a kept-alive one: the time of its handshake is the network latency that steering goes by.
 *
 * Built for the TCP and HTTP checks, which get the socket when it is ready to be written to; `open-tls-connection.ts` puts
 * TLS on top.
 */

import { connect, type Socket } from 'node:net';
import type { CheckAttempt } from './check-attempt.ts';

/**
 * Opens a connection for `attempt` to the literal `address` and calls `onReady` with it once. Any other end settles the
 * attempt, which owns the socket.
 */
export function openConnection(attempt: CheckAttempt, address: string, onReady: (socket: Socket) => void): void {
  const socket = connect({ host: address, port: attempt.spec.port, noDelay: true });
  watchConnect(attempt, socket, () => {
    attempt.stage = 'response';
    onReady(socket);
  });
}

/** Times the handshake of `socket`, which was told to connect just now, and settles `attempt` if it fails, then or later. */
export function watchConnect(attempt: CheckAttempt, socket: Socket, onConnected: () => void): void {
  const startMs = performance.now();
  let isSent = false;
  attempt.stage = 'connect';
  attempt.own(socket);
  // What the kernel refuses on the spot (no route, no port or descriptor of ours left, a local firewall) has failed the socket by
  // the next tick; what the network says comes later, a refusal on loopback included.
  process.nextTick(() => {
    isSent = socket.errored === null;
  });
  socket.on('error', (error) => {
    if (isSent) attempt.failBy(error);
    else attempt.abstainBy(error);
  });
  socket.on('connect', () => {
    // A connect to a free port in our own ephemeral range may meet itself (RFC 9293 3.5, simultaneous open).
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress) {
      attempt.fail('connect refused');
      return;
    }
    attempt.connectMs = performance.now() - startMs;
    onConnected();
  });
}
