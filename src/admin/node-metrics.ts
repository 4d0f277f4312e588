/**
 * A node in Prometheus's words, made from its status when a scraper asks: the query path only ever adds to shared counters.
 * Label values are bounded: zones by name appear only while they have faults, and then at most {@link FAULTY_ZONES_MAX}.
 *
 * Built by `admin-server.ts`; read by `GET /metrics`.
 */

import { collectDefaultMetrics, Registry } from 'prom-client';
import type { NodeMeasures } from '../server/node-measures.ts';
import type { NodeStatus } from '../server/node-status.ts';
import { answerMetrics } from './answer-metrics.ts';
import { measureMetrics } from './measure-metrics.ts';
import { counterIn, gaugeIn, setAll, tally } from './metric-families.ts';
import { queryMetrics } from './query-metrics.ts';

/** Content type of the Prometheus text format. */
export const PROMETHEUS_TEXT = Registry.PROMETHEUS_CONTENT_TYPE;

/** Zones listed by name while their files have faults; beyond it only the totals tell. */
const FAULTY_ZONES_MAX = 200;

/** Agents with a series of their own: ten times the agents of the largest cluster meant. */
const AGENT_SERIES_MAX = 1_000;

/** Owner of the metrics of one node. */
export class NodeMetrics {
  readonly #registry = new Registry();
  readonly #fill: ReadonlyArray<(status: NodeStatus) => void>;
  readonly #status: () => NodeStatus;
  readonly #measures: () => NodeMeasures;
  readonly #fillMeasures: (measures: NodeMeasures) => void;

  constructor(node: { readonly status: () => NodeStatus; readonly measures: () => NodeMeasures }) {
    this.#status = () => node.status();
    this.#measures = () => node.measures();
    collectDefaultMetrics({ register: this.#registry });
    this.#fill = [
      ...nodeMetrics(this.#registry),
      ...healthMetrics(this.#registry),
      queryMetrics(this.#registry),
      answerMetrics(counterIn(this.#registry)),
    ];
    this.#fillMeasures = measureMetrics(this.#registry);
  }

  /** All metrics as of now, in the Prometheus text format. */
  text(): Promise<string> {
    const status = this.#status();
    for (const fill of this.#fill) fill(status);
    this.#fillMeasures(this.#measures());
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
  const contents = gauge('meridian_zone_contents', 'What the zones in force hold together, by kind.', ['kind']);
  const geoFaults = gauge('meridian_geo_faults', 'Errors and warnings of the files that say where addresses are.');
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
      geoFaults.set(status.geo.faults.length);
      contents.reset();
      for (const zone of status.zones) {
        contents.inc({ kind: 'names' }, zone.names);
        contents.inc({ kind: 'records' }, zone.records);
        contents.inc({ kind: 'steered' }, zone.dynamics);
      }
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
  const silence = gauge('meridian_agent_silence_seconds', 'Since an agent was last heard by this node.', [
    'agent',
    'region',
  ]);
  const lag = gauge(
    'meridian_agent_reported_lag_seconds',
    'Longest wait of a check of an agent between due and started, of late; absent where it does not tell.',
    ['agent', 'region'],
  );
  const shifts = gauge('meridian_shifts', "Operators' shifts in force.");
  const held = gauge('meridian_endpoints_held', 'Endpoints that are kept out though they are not down, by why.', [
    'cause',
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
      const agentsShown = status.agents.slice(0, AGENT_SERIES_MAX);
      setAll(
        silence,
        agentsShown.map(({ agent, region, ageSeconds }) => [{ agent, region }, ageSeconds]),
      );
      setAll(
        lag,
        agentsShown.flatMap(({ agent, region, lagMs }) => (lagMs === null ? [] : [[{ agent, region }, lagMs / 1_000]])),
      );
      shifts.set(status.shifts.length);
      setAll(
        held,
        tally(status.held, ['manual_resume', 'flapping'], (endpoint) => endpoint.cause, 'cause'),
      );
    },
  ];
}
