/**
 * Answers by pool and endpoint in Prometheus's words. Label values come from zone files, so their number is bounded: up to
 * {@link SERIES_MAX} endpoints and as many pools have series of their own, in the order in which they came; the rest of each is one
 * series of the name `other`. Used by `node-metrics.ts`.
 */

import type { Counter } from 'prom-client';
import type { EndpointStatus, NodeStatus } from '../server/node-status.ts';

/** Series of endpoints, and of pools: what a scrape of a busy node can carry without being the largest of the fleet. */
const SERIES_MAX = 2_000;
const OTHER = 'other';

/** Makes a counter: name, help, names of its labels. */
type MakeCounter = (name: string, help: string, labelNames: readonly string[]) => Counter;

/** The families, and what fills them from a status. */
export function answerMetrics(counter: MakeCounter): (status: NodeStatus) => void {
  const pools = counter('meridian_pool_answers_total', 'Records answered out of a pool.', ['name', 'type', 'pool']);
  const endpoints = counter('meridian_endpoint_answers_total', 'Records answered of an endpoint.', [
    'name',
    'type',
    'pool',
    'endpoint',
  ]);
  const lastResort = counter(
    'meridian_last_resort_answers_total',
    "Records answered of steered names' own values.",
    [],
  );
  return ({ endpoints: known, lastResortAnswers }) => {
    for (const family of [pools, endpoints, lastResort]) family.reset();
    lastResort.inc(lastResortAnswers.total);
    for (const [i, endpoint] of known.entries()) {
      const { name, type, pool, value, answers } = endpoint;
      const labels =
        i < SERIES_MAX
          ? { name, type, pool, endpoint: value }
          : { name: OTHER, type: OTHER, pool: OTHER, endpoint: OTHER };
      endpoints.inc(labels, answers.total);
    }
    for (const [i, members] of poolsOf(known).entries()) {
      const { name, type, pool } = members[0]!;
      const total = members.reduce((sum, { answers }) => sum + answers.total, 0);
      pools.inc(i < SERIES_MAX ? { name, type, pool } : { name: OTHER, type: OTHER, pool: OTHER }, total);
    }
  };
}

function poolsOf(endpoints: readonly EndpointStatus[]): EndpointStatus[][] {
  return [...Map.groupBy(endpoints, ({ zone, name, type, pool }) => `${zone}|${name}|${type}|${pool}`).values()];
}
