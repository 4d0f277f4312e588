/**
 * One run of one check, bounded whatever the endpoint does: it owns the deadline and every socket of the run, settles exactly
 * once, and destroys what it owns when it settles.
 *
 * Three ways to end, never mixed: `pass`; `fail`, which is the endpoint's doing; `abstain`, which is ours (no socket left, no
 * route of our own, a stalled process, a kind that we cannot check) and says nothing about the endpoint.
 *
 * Built by {@link runCheck}; the checks (one file per kind) report to it from their socket events.
 */

import { CHECK_REASON_CHARS_MAX } from '../base/limits.ts';
import type { RecordFault } from '../health/json-record.ts';
import { type LoadReport, parseLoadHeader } from '../health/load-report.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import { type CheckStage, errorCode, errorMessage, failureReason } from './failure-reason.ts';

/**
 * A deadline that fires this much late was not missed by the endpoint: our process stood still (paused, starved, swapped).
 */
const STALL_MS = 250;

/** How one run of a check ended. */
export type ProbeResult = {
  /** `unknown`: nothing was learnt about the endpoint, by a cause of the agent's. */
  readonly outcome: 'ok' | 'failed' | 'unknown';
  /** Short and stable, for people; when ok empty, or what is to be said all the same. */
  readonly reason: string;
  /** Milliseconds of the TCP handshake, of the TLS handshake after it, and from the request to the first octet of the answer. */
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly serverMs: number | null;
  /** What the endpoint says of its load, or why that was refused; absent when it says nothing. */
  readonly load?: LoadReport | RecordFault;
  /** When the endpoint's certificate expires, milliseconds since the Unix epoch; null if none was seen. */
  readonly certificateExpiresMs: number | null;
};

/** What a socket, a request and the like have in common. */
type Destroyable = { destroy(): unknown };

/** Owner of a check's deadline and sockets. */
export class CheckAttempt {
  readonly spec: CheckSpec;
  /** Resolves when the attempt ends; never rejects. */
  readonly settled: Promise<ProbeResult>;
  /** As in {@link ProbeResult}; null until known. */
  connectMs: number | null = null;
  tlsMs: number | null = null;
  serverMs: number | null = null;
  /** The response's `endpoint-load-metrics` (ORCA), or null. */
  loadHeader: string | string[] | null = null;
  certificateExpiresMs: number | null = null;
  stage: CheckStage = 'resolve';
  #isOpen = true;
  #owned: Destroyable[] = [];
  #signal: AbortSignal;
  #timer: NodeJS.Timeout;
  #deadlineMs: number;
  #resolve: (result: ProbeResult) => void;

  constructor(spec: CheckSpec, signal: AbortSignal) {
    this.spec = spec;
    const { promise, resolve } = Promise.withResolvers<ProbeResult>();
    this.settled = promise;
    this.#resolve = resolve;
    this.#signal = signal;
    this.#deadlineMs = performance.now() + spec.timeoutMs;
    this.#timer = setTimeout(this.#expire, spec.timeoutMs);
    if (signal.aborted) this.#cancel();
    else signal.addEventListener('abort', this.#cancel);
  }

  /** False once the attempt has a result. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Time left until the deadline, 1 ms at least. */
  get remainingMs(): number {
    return Math.max(1, this.#deadlineMs - performance.now());
  }

  /** Destroys `resource` when the attempt ends, or at once if it has ended. */
  own(resource: Destroyable): void {
    if (this.#isOpen) this.#owned.push(resource);
    else resource.destroy();
  }

  /** The endpoint is well, though perhaps with an expired certificate that nobody asked to verify. */
  pass(): void {
    const hasExpired = this.certificateExpiresMs !== null && this.certificateExpiresMs < Date.now();
    this.#settle('ok', hasExpired ? 'certificate: expired (not verified)' : '');
  }

  /** The endpoint is not well. */
  fail(reason: string): void {
    this.#settle('failed', reason);
  }

  /** Nothing was learnt about the endpoint, by a cause of ours. */
  abstain(reason: string): void {
    this.#settle('unknown', reason);
  }

  /** The endpoint is not well because of `error` in the present stage. */
  failBy(error: unknown): void {
    this.fail(failureReason(error, this.stage));
  }

  /** As {@link abstain}, for an error that arose before anything was sent. */
  abstainBy(error: unknown): void {
    this.abstain(`agent cannot check: ${errorCode(error) || errorMessage(error)}`);
  }

  readonly #expire = (): void => {
    if (performance.now() - this.#deadlineMs > STALL_MS) {
      this.abstain('agent stalled');
      return;
    }
    // Timers run before sockets in a turn of the event loop: what came in in time is read first.
    setImmediate(() => {
      if (this.stage === 'resolve') this.abstain(`name not resolved within ${this.spec.timeoutMs} ms`);
      else this.fail(`timeout after ${this.spec.timeoutMs} ms (${this.stage})`);
    });
  };

  readonly #cancel = (): void => this.abstain('cancelled');

  #settle(outcome: ProbeResult['outcome'], reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#cancel);
    for (const resource of this.#owned) resource.destroy();
    this.#owned = [];
    this.#resolve({
      outcome,
      reason: reason.slice(0, CHECK_REASON_CHARS_MAX),
      connectMs: this.connectMs,
      tlsMs: this.tlsMs,
      serverMs: this.serverMs,
      ...(this.loadHeader === null ? {} : { load: parseLoadHeader(String(this.loadHeader)) }),
      certificateExpiresMs: this.certificateExpiresMs,
    });
  }
}
