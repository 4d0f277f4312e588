/** Every route of the admin API that speaks JSON. Served by `admin-api.ts`; listed by `openapi.ts`. */

import { ADMIN_PAGE_MAX } from '../base/limits.ts';
import { StoreError } from '../redis/state-store.ts';
import { ExplainError } from '../server/explanation.ts';
import { type ApiRoute, defineRoute, RouteProblem } from './api-route.ts';
import {
  agentsShape,
  clusterShape,
  demandShape,
  endpointsShape,
  eventsShape,
  explainShape,
  historyShape,
  nodeShape,
  regionsShape,
  reloadShape,
  sharesShape,
  statusShape,
  zonesShape,
} from './api-schema.ts';
import { LOAD_ROUTES } from './load-routes.ts';
import { PLAN_ROUTES } from './plan-routes.ts';
import { endpointsQuery, eventsQuery, explainQueryShape, noQuery } from './request-schema.ts';

const PAGE_DEFAULT = 500;

const STATUS_ROUTES: readonly ApiRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/status',
    operation: 'status',
    summary: 'Everything that the node says of itself, as "meridian status --json" reads it.',
    query: noQuery,
    body: null,
    answers: { 200: statusShape },
    run: (_, { node }) => ({ status: 200, json: node.status() }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/node',
    operation: 'node',
    summary: 'The node in short: mode, counts, rate, warnings.',
    query: noQuery,
    body: null,
    answers: { 200: nodeShape },
    run: (_, { node, needsToken }) => ({ status: 200, json: { ...node.view.brief(node.status()), needsToken } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/zones',
    operation: 'zones',
    summary: 'Zones: served, served as they last were good, refused; with the faults of their files.',
    query: noQuery,
    body: null,
    answers: { 200: zonesShape },
    run: (_, { node }) => ({ status: 200, json: { zones: node.status().zones } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/regions',
    operation: 'regions',
    summary: 'Regions of regions.yaml, of pools and of agents, with what stands in them.',
    query: noQuery,
    body: null,
    answers: { 200: regionsShape },
    run: (_, { node }) => ({ status: 200, json: node.view.regions() }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/agents',
    operation: 'agents',
    summary: 'Probe agents: last seen, whether their word still counts, boot, and how late their checks start.',
    query: noQuery,
    body: null,
    answers: { 200: agentsShape },
    run: (_, { node }) => ({ status: 200, json: { agents: node.health?.agents() ?? [] } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/endpoints',
    operation: 'endpoints',
    summary: 'Endpoints with verdict, votes by region, latencies, transitions, flap penalty, load and correction.',
    query: endpointsQuery,
    body: null,
    answers: { 200: endpointsShape },
    run: ({ query }, { node }) => ({ status: 200, json: node.view.endpoints(filterOf(query), pageOf(query)) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/history',
    operation: 'history',
    summary: 'The last half hour in samples: queries, latency by region and endpoint, states.',
    query: endpointsQuery,
    body: null,
    answers: { 200: historyShape },
    run: ({ query }, { node }) => ({ status: 200, json: node.view.historyOf(filterOf(query), pageOf(query)) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/shares',
    operation: 'shares',
    summary: 'What pools and endpoints were answered of late, against what is configured.',
    query: noQuery,
    body: null,
    answers: { 200: sharesShape },
    run: (_, { node }) => {
      const { answerWindowSeconds: windowSeconds, lastResortAnswers, pools } = node.status();
      return { status: 200, json: { windowSeconds, lastResortAnswers, pools } };
    },
  }),
];

const DEMAND_ROUTE = defineRoute({
  method: 'GET',
  path: '/api/v1/demand',
  operation: 'demand',
  summary: 'Steered queries of the last day by place, as this node samples them.',
  query: noQuery,
  body: null,
  answers: { 200: demandShape },
  run: (_, { node }) => ({ status: 200, json: node.demand() }),
});

const CLUSTER_ROUTES: readonly ApiRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/cluster',
    operation: 'cluster',
    summary: 'Every DNS node that the store has heard of within a minute, and every agent that this node hears there.',
    query: noQuery,
    body: null,
    answers: { 200: clusterShape },
    run: async (_, { node }) => {
      const agents = node.health?.agents() ?? [];
      try {
        const { nodes = [] } = (await node.health?.readNodes()) ?? {};
        return { status: 200, json: { trouble: null, nodes, agents } };
      } catch (error) {
        if (error instanceof StoreError) return { status: 200, json: { trouble: error.message, nodes: [], agents } };
        throw error;
      }
    },
  }),
];

const OTHER_ROUTES: readonly ApiRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/events/recent',
    operation: 'recentEvents',
    summary: 'What happened on this node of late, oldest first.',
    query: eventsQuery,
    body: null,
    answers: { 200: eventsShape },
    run: ({ query }, { node: { events } }) => ({
      status: 200,
      json: { boot: events.boot, events: events.since(query.after ?? 0) },
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/explain',
    operation: 'explain',
    summary: 'Why a client gets which answer.',
    query: explainQueryShape,
    body: null,
    answers: { 200: explainShape },
    run: ({ query: { name, type = 'A', client, ecs = null } }, { node }) => {
      try {
        return { status: 200, json: node.explain(name, type, client, ecs) };
      } catch (error) {
        if (error instanceof ExplainError) throw new RouteProblem(400, error.message);
        throw error;
      }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/reload',
    operation: 'reload',
    summary: 'Reads every file again; 409 when one was refused.',
    query: noQuery,
    body: null,
    answers: { 200: reloadShape, 409: reloadShape },
    run: async (_, { node }) => {
      const report = await node.reload();
      return { status: report.ok ? 200 : 409, json: report };
    },
  }),
];

/** The table. */
export const API_ROUTES: readonly ApiRoute[] = [
  ...STATUS_ROUTES,
  DEMAND_ROUTE,
  ...CLUSTER_ROUTES,
  ...PLAN_ROUTES,
  ...LOAD_ROUTES,
  ...OTHER_ROUTES,
];

type Filter = {
  readonly name?: string | undefined;
  readonly region?: string | undefined;
  readonly pool?: string | undefined;
};

function filterOf({ name = null, region = null, pool = null }: { [Key in keyof Filter]: Filter[Key] | null }) {
  const absolute = name === null || name.endsWith('.') ? name : `${name}.`;
  return { name: absolute, region, pool };
}

function pageOf({ offset, limit }: { readonly offset?: number | undefined; readonly limit?: number | undefined }) {
  return { offset: offset ?? 0, limit: Math.min(limit ?? PAGE_DEFAULT, ADMIN_PAGE_MAX) };
}
