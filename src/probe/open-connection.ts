/**
 * A new TCP connection, timed, with TLS on it where the check wants it. Never a kept-alive one: the time of its handshake is
 * the network latency that steering goes by.
 *
 * Built for the HTTP, HTTPS and TCP checks, which get the socket when it is ready to be written to.
 */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { CheckAttempt } from './check-attempt.ts';

/**
 * Opens a connection for `attempt` to the literal `address`, with TLS if `useTls`, and calls `onReady` with it once. Any other
 * end settles the attempt. The attempt owns the socket.
 */
export function openConnection(
  attempt: CheckAttempt,
  address: string,
  useTls: boolean,
  onReady: (socket: Socket) => void,
): void {
  const { spec } = attempt;
  const startMs = performance.now();
  let isSent = false;
  let connectedMs = startMs;
  attempt.stage = 'connect';
  const target = { host: address, port: spec.port, noDelay: true };
  const socket = useTls ? connectTls({ ...target, ...tlsOptions(attempt) }) : connectTcp(target);
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
    connectedMs = performance.now();
    // A connect to a free port in our own ephemeral range may meet itself (RFC 9293 3.5, simultaneous open).
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress) {
      attempt.fail('connect refused');
      return;
    }
    attempt.connectMs = connectedMs - startMs;
    attempt.stage = useTls ? 'tls' : 'response';
    if (!useTls) onReady(socket);
  });
  if (!useTls) return;
  socket.on('close', () => attempt.fail(`connection closed (${attempt.stage})`));
  socket.on('secureConnect', () => {
    if (!attempt.isOpen) return;
    attempt.tlsMs = performance.now() - connectedMs;
    attempt.stage = 'response';
    onReady(socket);
  });
}

/** Building one parses the trusted roots; all checks share it, so each costs a handshake only. */
let sharedContext: SecureContext | null = null;

function tlsOptions(attempt: CheckAttempt) {
  const { spec } = attempt;
  sharedContext ??= createSecureContext();
  const host = bareHost(spec.host);
  return {
    secureContext: sharedContext,
    rejectUnauthorized: spec.tlsVerify,
    // RFC 6066 3: a name indication holds a name without the final dot, never an address.
    servername: isIP(host) === 0 ? host : '',
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(host, certificate),
    ALPNProtocols: ['http/1.1'],
  };
}

/** A host as TLS and Host headers want it: no final dot, no brackets. */
export function bareHost(host: string): string {
  if (host.startsWith('[') && host.endsWith(']')) return host.slice(1, -1);
  return host.endsWith('.') ? host.slice(0, -1) : host;
}
