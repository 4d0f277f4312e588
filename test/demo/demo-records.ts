/**
 * What the demo serves: `www` by distance, with capacities, and `api` by weight, over the same endpoints of three regions. Places come from the
 * geo data that Meridian brings along, so that the console shows the whole world.
 */

import { type ClusterWorld, RECORD_HEAD, REGION_FILES } from '../tools/cluster.ts';

const CHECKS = '{interval: 1, timeout: 0.5, rise: 2, fall: 2}';

/** Records and geo data of the demo's cluster. */
export const DEMO_WORLD: ClusterWorld = {
  records: (port) =>
    `${recordOf('api', API_POOLS, 'weighted', 1, port)}${recordOf('www', WWW_POOLS, 'nearest', 4, port)}`,
  geoData: REGION_FILES,
};

// With everything up, the clients of the world by their addresses load each pool at about its target.
const WWW_POOLS = {
  'us-east': '{region: us-east, capacity: {target: 5200, max: 7500, unit: rps}}',
  'eu-west': '{region: eu-west, capacity: {target: 2500, max: 6000, unit: rps}}',
  'ap-southeast': '{region: ap-southeast, capacity: {target: 2700, max: 6000, unit: rps}}',
};
const API_POOLS = {
  'us-east': '{region: us-east, weight: 50, capacity: {target: 500, max: 800, unit: conn}}',
  'eu-west': '{region: eu-west, weight: 30, capacity: {target: 300, max: 500, unit: conn}}',
  'ap-southeast': '{region: ap-southeast, weight: 20, capacity: {target: 200, max: 400, unit: conn}}',
};

function recordOf(name: string, pools: typeof WWW_POOLS, method: string, answers: number, port: number): string {
  return `${name}:
${RECORD_HEAD}    rules:
    - {pool: eu-west}
  octodns:
    healthcheck: {protocol: HTTP, port: ${port}, path: /healthz}
    meridian:
      answers: ${answers}
      healthcheck: ${CHECKS}
      steering:
        method: ${method}
        pools:
${Object.entries(pools)
  .map(([pool, text]) => `          ${pool}: ${text}\n`)
  .join('')}`;
}
