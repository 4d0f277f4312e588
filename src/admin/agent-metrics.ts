/**
 * A probe agent in Prometheus's words, made from its status when a scraper asks.
 *
 * Built by `agent-server.ts`; read by `GET /metrics` of `meridian probe --metrics`.
 */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ProbeAgentStatus } from '../probe/agent.ts';
import type { CheckPhase } from '../probe/check-statistics.ts';
import { BucketHistogram } from './bucket-histogram.ts';

/** Owner of the metrics of one agent. */
export class AgentMetrics {
  readonly #registry = new Registry();
  readonly #fill: (status: ProbeAgentStatus) => void;
  readonly #status: () => ProbeAgentStatus;
  readonly #zoneFaults: () => number;

  /** `zoneFaults`: errors that stand in zone files now, whose definitions are refused. */
  constructor(status: () => ProbeAgentStatus, zoneFaults: () => number) {
    this.#status = status;
    this.#zoneFaults = zoneFaults;
    collectDefaultMetrics({ register: this.#registry });
    const fillChecks = checkMetrics(this.#registry);
    const fillAgent = agentMetrics(this.#registry);
    this.#fill = (status) => {
      fillAgent(status, this.#zoneFaults());
      fillChecks(status);
    };
  }

  /** All metrics as of now, in the Prometheus text format. */
  text(): Promise<string> {
    this.#fill(this.#status());
    return this.#registry.metrics();
  }
}

const PHASES: readonly CheckPhase[] = ['connect', 'tls', 'server'];

/** What came of the checks. */
function checkMetrics(registry: Registry): (status: ProbeAgentStatus) => void {
  const registers = [registry];
  const results = new Counter({
    name: 'meridian_agent_check_results_total',
    help: 'Results of checks by kind of check; unknown: nothing was learnt of the endpoint.',
    labelNames: ['kind', 'result'],
    registers,
  });
  const expiries = new Gauge({
    name: 'meridian_agent_certificate_expiry_timestamp_seconds',
    help: 'When the certificates end that end soonest, verified or not.',
    labelNames: ['target', 'port', 'host'],
    registers,
  });
  const lags = new BucketHistogram('meridian_agent_schedule_lag_seconds', 'Between due and started.', registry);
  const durations = new BucketHistogram('meridian_agent_check_duration_seconds', 'Checks, by kind.', registry);
  const phases = new BucketHistogram(
    'meridian_agent_check_phase_seconds',
    'Parts of a check: TCP handshake or ping, TLS handshake, first octet of the answer.',
    registry,
  );
  return ({ kinds, certificates, scheduler }) => {
    results.reset();
    for (const kind of kinds) {
      for (const result of ['ok', 'failed', 'unknown'] as const) {
        results.inc({ kind: kind.protocol, result }, kind[result]);
      }
    }
    durations.show(kinds.map(({ protocol, durations }) => ({ labels: { kind: protocol }, durations })));
    const phased = kinds.flatMap((kind) => PHASES.map((phase) => ({ kind, phase })));
    phases.show(
      phased.map(({ kind, phase }) => ({ labels: { kind: kind.protocol, phase }, durations: kind.phases[phase] })),
    );
    lags.show([{ labels: {}, durations: scheduler.lags }]);
    expiries.reset();
    for (const { target, port, host, expiresMs } of certificates)
      expiries.set({ target, port, host }, expiresMs / 1_000);
  };
}

function agentMetrics(registry: Registry): (status: ProbeAgentStatus, zoneFaults: number) => void {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const info = gauge('meridian_agent_info', 'Always 1; the labels say what runs.', ['agent', 'region']);
  const checks = gauge('meridian_agent_checks', 'Checks of this agent by what it sees.', ['state']);
  const running = gauge('meridian_agent_checks_running', 'Checks under way.');
  const waiting = gauge('meridian_agent_checks_waiting', 'Checks that are due and wait for a free place.');
  const lag = gauge('meridian_agent_lag_seconds', 'Longest wait between due and started within the last seconds.');
  const age = gauge(
    'meridian_agent_published_age_seconds',
    'Since the last publication that reached the store; absent before the first.',
  );
  const started = counter('meridian_agent_checks_started_total', 'Checks started.');
  const skipped = counter(
    'meridian_agent_checks_skipped_total',
    'Turns passed over because the check before had not ended.',
  );
  const loads = counter('meridian_agent_loads_refused_total', 'Load reports of endpoints that were not believed.');
  const published = counter('meridian_agent_publications_total', 'Publications by how they ended.', ['result']);
  const refused = gauge('meridian_agent_zone_faults', 'Errors in zone files, whose definitions are refused.');
  return (status, zoneFaults) => {
    refused.set(zoneFaults);
    info.set({ agent: status.agentId, region: status.region }, 1);
    for (const state of ['up', 'down', 'unknown'] as const) checks.set({ state }, status[state]);
    running.set(status.scheduler.running);
    waiting.set(status.scheduler.waiting);
    lag.set(status.scheduler.lagMsMax / 1_000);
    age.reset();
    if (status.publishedAgoMs === null) age.remove();
    else age.set(status.publishedAgoMs / 1_000);
    for (const total of [started, skipped, loads, published]) total.reset();
    started.inc(status.scheduler.started);
    skipped.inc(status.scheduler.skipped);
    loads.inc(status.loadsRefused);
    published.inc({ result: 'good' }, status.published);
    published.inc({ result: 'failed' }, status.publishFailures);
  };
}
