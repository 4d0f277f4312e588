/**
 * TLS sessions of checks, so that most handshakes skip the certificate and its verification, the dear part on both sides
 * (measured: 20 % of a check's CPU here, the signature there). After {@link FULL_HANDSHAKE_MS} a check makes a full handshake
 * again: a resumed one shows no certificate, so one that expired or was replaced by a wrong one is seen within that time.
 *
 * Owned by `open-tls-connection.ts`; one a process.
 */

import { PROBE_TLS_SESSIONS_MAX } from '../base/limits.ts';

/** Longest time between two sights of an endpoint's certificate. */
const FULL_HANDSHAKE_MS = 60_000;

/** A session, when the handshake that it goes back to showed a certificate, and when that one expires (Unix epoch, null: not known). */
export type TlsSession = { readonly ticket: Buffer; readonly fullMs: number; readonly expiresMs: number | null };

/** Sessions by check id; the oldest gives way. */
export class TlsSessions {
  readonly #sessions = new Map<string, TlsSession>();

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Takes out the session to resume for the check `id`, or null when it is time for a full handshake. Whoever resumed it gives
   * it back; one that did not work is not seen again.
   */
  take(id: string, nowMs: number): TlsSession | null {
    const session = this.#sessions.get(id);
    if (session === undefined) return null;
    this.#sessions.delete(id);
    return nowMs - session.fullMs < FULL_HANDSHAKE_MS ? session : null;
  }

  /** Keeps `session` for the next run of the check `id`. */
  keep(id: string, session: TlsSession): void {
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    if (this.#sessions.size <= PROBE_TLS_SESSIONS_MAX) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      return;
    }
  }
}
