/**
 * A node in Prometheus's words, made from its status when a scraper asks: the query path only ever adds to shared counters.
 * Label values are bounded: zones by name appear only while they have faults, and then at most {@link FAULTY_ZONES_MAX}.
 *
 * Built by `admin-server.ts`; read by `GET /metrics`.
 */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { NodeStatus } from '../server/node-status.ts';
import { Rcode } from '../wire/codes.ts';
import { answerMetrics } from './answer-metrics.ts';

/** Content type of the Prometheus text format. */
export const PROMETHEUS_TEXT = Registry.PROMETHEUS_CONTENT_TYPE;

/** Zones listed by name while their files have faults; beyond it only the totals tell. */
const FAULTY_ZONES_MAX = 200;

/** Owner of the metrics of one node. */
export class NodeMetrics {
  readonly #registry = new Registry();
  readonly #fill: ReadonlyArray<(status: NodeStatus) => void>;
  readonly #status: () => NodeStatus;

  constructor(status: () => NodeStatus) {
    this.#status = status;
    collectDefaultMetrics({ register: this.#registry });
    this.#fill = [
      ...nodeMetrics(this.#registry),
      ...healthMetrics(this.#registry),
      ...queryMetrics(this.#registry),
      answerMetrics(counterIn(this.#registry)),
    ];
  }

  /** All metrics as of now, in the Prometheus text format. */
  text(): Promise<string> {
    const status = this.#status();
    for (const fill of this.#fill) fill(status);
    return this.#registry.metrics();
  }
}

type Fill = (status: NodeStatus) => void;

function nodeMetrics(registry: Registry): Fill[] {
  const gauge = gaugeIn(registry);
  const info = gauge('meridian_node_info', 'Always 1; the labels say what runs.', [
    'node',
    'cluster',
    'state',
    'transport',
  ]);
  const mode = gauge('meridian_node_mode', '1 for the mode of the node: NORMAL, HOLD, SELF or BLIND.', ['mode']);
  const uptime = gauge('meridian_uptime_seconds', 'Seconds since the node started.');
  const warnings = gauge('meridian_node_warnings', 'Things that the operator should look at; status says which.');
  const zones = gauge('meridian_zones', 'Zones by what is served of them.', ['state']);
  const errors = gauge('meridian_zone_errors', 'Errors in the files of a zone; absent while there are none.', ['zone']);
  const workers = gauge('meridian_workers', 'Worker threads by role and state.', ['role', 'state']);
  const restarts = counterIn(registry)('meridian_worker_restarts_total', 'Workers started again after they died.', [
    'role',
  ]);
  return [
    (status) => {
      setAll(info, [
        [{ node: status.node, cluster: status.cluster, state: status.state, transport: status.transport }, 1],
      ]);
      setAll(mode, [[{ mode: status.mode }, 1]]);
      uptime.set(status.uptimeSeconds);
      warnings.set(status.warnings.length);
      setAll(
        zones,
        tally(status.zones, ['serving', 'last-good', 'refused'], (zone) => zone.state, 'state'),
      );
      const faulty = status.zones.filter((zone) => zone.errors > 0).slice(0, FAULTY_ZONES_MAX);
      setAll(
        errors,
        faulty.map((zone) => [{ zone: zone.zone }, zone.errors]),
      );
      workers.reset();
      restarts.reset();
      for (const worker of status.workers) {
        workers.inc({ role: worker.role, state: worker.state });
        restarts.inc({ role: worker.role }, worker.restarts);
      }
    },
  ];
}

function healthMetrics(registry: Registry): Fill[] {
  const gauge = gaugeIn(registry);
  const endpoints = gauge('meridian_endpoints', 'Endpoints whose health decides, by verdict.', ['verdict']);
  const barred = gauge('meridian_endpoints_barred', 'Endpoints that health keeps out of answers.');
  const agents = gauge('meridian_agents', 'Probe agents known to this node, by whether their word still counts.', [
    'fresh',
  ]);
  return [
    (status) => {
      const obeying = status.endpoints.filter((endpoint) => endpoint.status === 'obey');
      setAll(
        endpoints,
        tally(obeying, ['up', 'down', 'unknown'], (endpoint) => endpoint.verdict, 'verdict'),
      );
      barred.set(obeying.filter((endpoint) => endpoint.barred).length);
      setAll(
        agents,
        tally(status.agents, ['true', 'false'], (agent) => String(agent.fresh), 'fresh'),
      );
    },
  ];
}

/** Counters of the workers: queries and answers by their kind, the rest under their own names in one family. */
function queryMetrics(registry: Registry): Fill[] {
  const counter = counterIn(registry);
  const queries = counter('meridian_dns_queries_total', 'Queries received.', ['transport']);
  const answers = counter('meridian_dns_answers_total', 'Answers sent, by response code.', ['rcode']);
  const events = counter(
    'meridian_dns_events_total',
    'What else happened to queries, connections and sockets, by kind.',
    ['event'],
  );
  const open = gaugeIn(registry)('meridian_tcp_connections', 'TCP connections open.');
  return [
    (status) => {
      for (const family of [queries, answers, events]) family.reset();
      for (const [name, count] of Object.entries(status.counters)) {
        const rcode = /^rcode(\d+)$/.exec(name)?.[1];
        const transport = /^queries([A-Z][a-z]+)$/.exec(name)?.[1];
        if (transport !== undefined) queries.inc({ transport: transport.toLowerCase() }, count);
        else if (name === 'tcpOpen') open.set(count);
        else if (rcode !== undefined) answers.inc({ rcode: rcodeName(Number(rcode)) }, count);
        else events.inc({ event: name }, count);
      }
    },
  ];
}

function rcodeName(code: number): string {
  return Object.entries(Rcode).find(([, value]) => value === code)?.[0] ?? String(code);
}

function gaugeIn(registry: Registry) {
  return (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
}

function counterIn(registry: Registry) {
  return (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
}

function setAll(gauge: Gauge, values: ReadonlyArray<readonly [Record<string, string>, number]>): void {
  gauge.reset();
  for (const [labels, value] of values) gauge.set(labels, value);
}

/** One value for each of `kinds`, zeros included, so that alerts can be written before the first case. */
function tally<T>(
  items: readonly T[],
  kinds: readonly string[],
  kindOf: (item: T) => string,
  label: string,
): Array<[Record<string, string>, number]> {
  const counts = new Map(kinds.map((kind) => [kind, 0]));
  for (const item of items) counts.set(kindOf(item), (counts.get(kindOf(item)) ?? 0) + 1);
  return [...counts].map(([kind, count]) => [{ [label]: kind }, count]);
}
