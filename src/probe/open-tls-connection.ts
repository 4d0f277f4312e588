/**
 * A new TCP connection with TLS on it, both handshakes timed apart. The connection is always new; the TLS session may be one
 * of an earlier check, see `tls-sessions.ts`.
 *
 * Certificates are judged here and not by Node, which would destroy the socket before one that is refused has told when it expires.
 *
 * Built for the HTTPS and TLS checks.
 */

import { isIP } from 'node:net';
import { checkServerIdentity, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { CheckAttempt } from './check-attempt.ts';
import { errorCode } from './failure-reason.ts';
import { watchConnect } from './open-connection.ts';
import { bareHost } from './target-host.ts';
import { TlsSessions } from './tls-sessions.ts';

/**
 * Key shares of ordinary clients, without the post-quantum one: it doubles the size of the first flight, and a health check
 * has no secrets that must last. 15 % of the CPU of a check.
 */
const KEY_SHARES = 'X25519:P-256:P-384:P-521';

const sessions = new TlsSessions();

/** Building one parses the trusted roots; all checks share it, so that each costs a handshake only. */
let sharedContext: SecureContext | null = null;

/** As `openConnection`, with TLS; `protocols` are offered by ALPN (RFC 7301). */
export function openTlsConnection(
  attempt: CheckAttempt,
  address: string,
  protocols: string[],
  onReady: (socket: TLSSocket) => void,
): void {
  const { spec } = attempt;
  const host = bareHost(spec.host);
  const session = sessions.take(spec.id, performance.now());
  sharedContext ??= createSecureContext({ ecdhCurve: KEY_SHARES });
  const socket = connect({
    host: address,
    port: spec.port,
    secureContext: sharedContext,
    rejectUnauthorized: false,
    // RFC 6066 3: a name indication holds a name without the final dot, never an address.
    servername: isIP(host) === 0 ? host : '',
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    ALPNProtocols: protocols,
    ...(session === null ? {} : { session: session.ticket }),
  });
  // The request must not wait for the acknowledgement of the handshake's last flight.
  socket.setNoDelay(true);
  let connectedMs = 0;
  watchConnect(attempt, socket, () => {
    connectedMs = performance.now();
    attempt.stage = 'tls';
  });
  socket.on('close', () => attempt.fail(`connection closed (${attempt.stage})`));
  socket.on('secureConnect', () => {
    if (!attempt.isOpen) return;
    const nowMs = performance.now();
    attempt.tlsMs = nowMs - connectedMs;
    attempt.stage = 'response';
    const resumed = session !== null && socket.isSessionReused() ? session : null;
    const expiresMs = resumed === null ? expiryOf(socket) : resumed.expiresMs;
    attempt.certificateExpiresMs = expiresMs;
    if (spec.tlsVerify && !socket.authorized) {
      attempt.failBy({ code: refusalCode(socket) });
      return;
    }
    if (resumed !== null) sessions.keep(spec.id, resumed);
    socket.on('session', (ticket) => sessions.keep(spec.id, { ticket, fullMs: resumed?.fullMs ?? nowMs, expiresMs }));
    onReady(socket);
  });
}

/** Node gives the code of OpenSSL's verification or of its own comparison of names, whatever its types say. */
function refusalCode(socket: TLSSocket): string {
  const reason: unknown = socket.authorizationError;
  return typeof reason === 'string' ? reason : errorCode(reason) || 'CERT_UNTRUSTED';
}

/** When the certificate that was shown expires, milliseconds since the Unix epoch; null where none can be read. */
function expiryOf(socket: TLSSocket): number | null {
  const expiresMs = socket.getPeerX509Certificate()?.validToDate.getTime();
  return expiresMs === undefined || Number.isNaN(expiresMs) ? null : expiresMs;
}
