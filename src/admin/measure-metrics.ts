/** A node's measures (`server/node-measures.ts`) in Prometheus's words. Used by `node-metrics.ts`. */

import type { Registry } from 'prom-client';
import type { NodeMeasures } from '../server/node-measures.ts';
import { BucketHistogram } from './bucket-histogram.ts';
import { countAll, counterIn, gaugeIn, seriesOf, setAll } from './metric-families.ts';

const STORE_STATES = ['connecting', 'connected', 'lost', 'closed'] as const;

/** The families, and what fills them. */
export function measureMetrics(registry: Registry): (measures: NodeMeasures) => void {
  const fills = [answeredMetrics(registry), reloadMetrics(registry), feedMetrics(registry), tableMetrics(registry)];
  return (measures) => {
    for (const fill of fills) fill(measures);
  };
}

/** Answers by what was asked, and by zone. */
function answeredMetrics(registry: Registry): (measures: NodeMeasures) => void {
  const counter = counterIn(registry);
  const types = counter('meridian_dns_answers_by_type_total', 'Answers made, by type of the question.', ['type']);
  const zones = counter('meridian_zone_answers_total', 'Answers made, by zone; none: refused or in error.', ['zone']);
  const scopes = counter(
    'meridian_client_subnet_scopes_total',
    'Answers to queries with a Client Subnet, by the bits of their scope.',
    ['family', 'bits'],
  );
  const times = new BucketHistogram(
    'meridian_dns_service_seconds',
    'Time in the server, from reading a query to sending its answer, of one batch or request in 32; waits in the queues of the kernel apart.',
    registry,
  );
  return ({ answers, serviceTimes }) => {
    times.show(
      Object.entries(serviceTimes ?? {}).map(([transport, durations]) => ({ labels: { transport }, durations })),
    );
    if (answers === null) return;
    countAll(types, seriesOf('type', answers.types));
    countAll(zones, [
      ...[...answers.zones].map(([zone, count]) => [{ zone }, count] as const),
      [{ zone: 'none' }, answers.none],
      [{ zone: 'other' }, answers.other],
    ]);
    countAll(
      scopes,
      Object.entries(answers.scopes).flatMap(([family, counts]) =>
        Object.entries(counts).map(([bits, count]) => [{ family, bits }, count] as const),
      ),
    );
  };
}

/** What the log told. */
function reloadMetrics(registry: Registry): (measures: NodeMeasures) => void {
  const gauge = gaugeIn(registry);
  const counter = counterIn(registry);
  const events = counter('meridian_events_total', 'Lines of the log that name an event, by its kind.', ['kind']);
  const reloads = counter('meridian_reloads_total', 'Reloads that were asked for or changed something.', ['result']);
  const refusals = counter('meridian_zone_refusals_total', 'Zone files that were refused for their errors.');
  const lastTime = gauge('meridian_last_reload_timestamp_seconds', 'When the last reload ended.');
  const duration = gauge(
    'meridian_last_reload_duration_seconds',
    'How long the last reload took, from files to tables in force.',
  );
  return ({ events: counts }) => {
    const countOf = (kind: string) => counts.get(kind)?.count ?? 0;
    countAll(
      events,
      [...counts].map(([kind, { count }]) => [{ kind }, count]),
    );
    countAll(reloads, seriesOf('result', { done: countOf('reload'), failed: countOf('reload-failed') }));
    countAll(refusals, [[{}, countOf('zone-refused')]]);
    const last = counts.get('reload');
    lastTime.set((last?.lastMs ?? 0) / 1_000);
    duration.set((last?.lastMilliseconds ?? 0) / 1_000);
  };
}

/** Health, agents and the store. */
function feedMetrics(registry: Registry): (measures: NodeMeasures) => void {
  const gauge = gaugeIn(registry);
  const counter = counterIn(registry);
  const transitions = counter('meridian_health_transitions_total', 'Verdicts on checks that changed, by the new one.', [
    'verdict',
  ]);
  const suspects = gauge('meridian_endpoints_suspect', 'Endpoints of which a check failed and agents have not agreed.');
  const agents = counter('meridian_agent_events_total', 'Agents that joined, came back, restarted or fell silent.', [
    'event',
  ]);
  const modes = counter('meridian_node_mode_changes_total', 'Changes of the mode of the node.');
  const modeHeld = gauge('meridian_node_mode_held_seconds', 'For how long the node has been in its mode.');
  const guards = counter('meridian_observer_guards_total', 'Times that mistaken observers were guarded against.');
  const regions = gauge('meridian_agent_regions', 'Regions with agents, by whether one of them is heard.', ['fresh']);
  const store = gauge('meridian_store_state', '1 for the state of the connection to the state store.', ['state']);
  const losses = counter('meridian_store_losses_total', 'Times that the state store was lost.');
  const refused = counter('meridian_store_records_refused_total', 'Records of the store that were not believed.');
  const pushed = counter('meridian_loads_pushed_total', 'Load reports that were pushed to this node or to another.');
  return ({ health, suspect }) => {
    suspects.set(suspect);
    if (health === null) return;
    countAll(transitions, seriesOf('verdict', health.transitions));
    countAll(agents, seriesOf('event', health.agents));
    countAll(modes, [[{}, health.modes]]);
    modeHeld.set(health.modeHeldSeconds);
    countAll(guards, [[{}, health.guards]]);
    setAll(regions, seriesOf('fresh', { true: health.regionsFresh, false: health.regionsKnown - health.regionsFresh }));
    setAll(
      store,
      STORE_STATES.map((state) => [{ state }, state === health.state ? 1 : 0]),
    );
    countAll(losses, [[{}, health.storeLosses]]);
    countAll(refused, [[{}, health.refused]]);
    countAll(pushed, [[{}, health.pushedLoads]]);
  };
}

function tableMetrics(registry: Registry): (measures: NodeMeasures) => void {
  const gauge = gaugeIn(registry);
  const bytes = gauge('meridian_table_bytes', 'Shared memory of the tables in force, by kind.', ['table']);
  const groups = gauge('meridian_steering_groups', 'Groups of records that are steered alike, a class table each.');
  const expiry = gauge(
    'meridian_certificate_expiry_timestamp_seconds',
    'When the certificate of encrypted transports ends; absent without one.',
    ['transport'],
  );
  return ({ tables, steeringGroups, certificateExpiresMs }) => {
    setAll(bytes, seriesOf('table', tables));
    groups.set(steeringGroups);
    setAll(expiry, certificateExpiresMs === null ? [] : [[{ transport: 'tls' }, certificateExpiresMs / 1_000]]);
  };
}
