/**
 * What came of all checks of an agent: results and durations by kind of check, and the certificates that end soonest.
 *
 * Kept by {@link ProbeAgent}; shown by `admin/agent-metrics.ts`.
 */

import type { CheckProtocol, CheckSpec } from '../zone/zone-model.ts';
import type { ProbeResult } from './check-attempt.ts';
import { DurationHistogram, type Durations } from './duration-histogram.ts';

/** The checks of one kind since the start. */
export type KindStatistics = {
  readonly protocol: CheckProtocol;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  /** From the start of a check to its result. */
  readonly durations: Durations;
  /** The parts of a check that were measured, as in {@link ProbeResult}: a handshake is never part of the server's time. */
  readonly phases: Readonly<Record<CheckPhase, Durations>>;
};

/** TCP handshake (or round trip of a ping), TLS handshake, from the request to the first octet of the answer. */
export type CheckPhase = 'connect' | 'tls' | 'server';

/** The certificate that a check saw last. */
export type CertificateExpiry = {
  readonly target: string;
  readonly port: number;
  readonly host: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresMs: number;
};

type Kind = {
  readonly outcomes: Record<ProbeResult['outcome'], number>;
  readonly durations: DurationHistogram;
  readonly phases: Record<CheckPhase, DurationHistogram>;
};

/** Owner of the counts; one entry a kind, and one a check that has seen a certificate. */
export class CheckStatistics {
  readonly #kinds = new Map<CheckProtocol, Kind>();
  readonly #certificates = new Map<string, CertificateExpiry>();

  /** `spec` ended with `result` after `ms` milliseconds. */
  add(spec: CheckSpec, result: ProbeResult, ms: number): void {
    let kind = this.#kinds.get(spec.protocol);
    if (kind === undefined) {
      kind = newKind();
      this.#kinds.set(spec.protocol, kind);
    }
    kind.outcomes[result.outcome] += 1;
    kind.durations.add(ms);
    const { connectMs, tlsMs, serverMs, certificateExpiresMs: expiresMs } = result;
    if (connectMs !== null) kind.phases.connect.add(connectMs);
    if (tlsMs !== null) kind.phases.tls.add(tlsMs);
    if (serverMs !== null) kind.phases.server.add(serverMs);
    if (expiresMs === null || this.#certificates.get(spec.id)?.expiresMs === expiresMs) return;
    this.#certificates.set(spec.id, { target: spec.target, port: spec.port, host: spec.host, expiresMs });
  }

  /** Forgets the certificate of a check that is no more. */
  forget(id: string): void {
    this.#certificates.delete(id);
  }

  kinds(): KindStatistics[] {
    return Array.from(this.#kinds, ([protocol, { outcomes, durations, phases }]) => ({
      protocol,
      ...outcomes,
      durations: durations.durations(),
      phases: {
        connect: phases.connect.durations(),
        tls: phases.tls.durations(),
        server: phases.server.durations(),
      },
    }));
  }

  /** The `count` certificates that end first, soonest first, one for each target, port and host. */
  soonestExpiries(count: number): CertificateExpiry[] {
    const byPlace = new Map<string, CertificateExpiry>();
    for (const seen of this.#certificates.values()) {
      const place = `${seen.target} ${seen.port} ${seen.host}`;
      const known = byPlace.get(place);
      if (known === undefined || seen.expiresMs < known.expiresMs) byPlace.set(place, seen);
    }
    return [...byPlace.values()].sort((a, b) => a.expiresMs - b.expiresMs).slice(0, count);
  }
}

function newKind(): Kind {
  return {
    outcomes: { ok: 0, failed: 0, unknown: 0 },
    durations: new DurationHistogram(),
    phases: { connect: new DurationHistogram(), tls: new DurationHistogram(), server: new DurationHistogram() },
  };
}
