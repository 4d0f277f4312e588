/**
 * ICMP check: one echo request (RFC 792, RFC 4443 4.1), judged by its reply. The time to the reply is the network's alone, so it is
 * given as the connect time, which steering by latency reads.
 *
 * Run by {@link runCheck}.
 */

import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { CheckAttempt } from './check-attempt.ts';
import { openPingSocket } from './ping-socket.ts';

const ECHO_REQUEST_V4 = 8;
const ECHO_REPLY_V4 = 0;
const ECHO_REQUEST_V6 = 128;
const ECHO_REPLY_V6 = 129;
/** Type, code, checksum, identifier, sequence number. */
const HEADER_BYTES = 8;
/** Random, so that nobody who did not see the request can answer it. */
const TOKEN_BYTES = 16;
/** `send` wants a port, of which ICMP knows nothing. */
const ANY_PORT = 1;

/** Sends to the literal `address`. Abstains where the host forbids it: that says nothing of the endpoint. */
export function checkIcmp(attempt: CheckAttempt, address: string): void {
  const isIpv6 = address.includes(':');
  const fd = openPingSocket(isIpv6 ? 6 : 4);
  if (typeof fd === 'string') {
    attempt.abstain(fd);
    return;
  }
  const socket = createSocket(isIpv6 ? 'udp6' : 'udp4');
  const token = randomBytes(TOKEN_BYTES);
  let sentMs: number | null = null;
  attempt.stage = 'response';
  attempt.own({ destroy: () => socket.close() });
  socket.on('error', (error) => {
    if (sentMs !== null) attempt.failBy(error);
    else attempt.abstainBy(error);
  });
  socket.on('message', (message) => {
    const isReply =
      message[0] === (isIpv6 ? ECHO_REPLY_V6 : ECHO_REPLY_V4) && token.equals(message.subarray(HEADER_BYTES));
    if (!attempt.isOpen || sentMs === null || !isReply) return;
    attempt.connectMs = performance.now() - sentMs;
    attempt.pass();
  });
  socket.bind({ fd }, () => {
    if (attempt.isOpen) socket.connect(ANY_PORT, address);
  });
  socket.on('connect', () => {
    if (!attempt.isOpen) return;
    // The kernel fills in the checksum and the identifier, by which it finds the way back to this socket.
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = isIpv6 ? ECHO_REQUEST_V6 : ECHO_REQUEST_V4;
    header[HEADER_BYTES - 1] = 1;
    const startMs = performance.now();
    socket.send(Buffer.concat([header, token]), (error) => {
      if (error) attempt.abstainBy(error);
    });
    sentMs = startMs;
  });
}
