/**
 * What a `meridian:` block says and then takes back: settings that another setting robs of their effect. Warnings, each at the
 * key that has none; the record is served all the same. Used by `octodns-record.ts`.
 */

import { type MeridianBlock, meridianNode } from './meridian-block.ts';
import { note, type RecordScope } from './record-scope.ts';
import type { YamlMap } from './yaml-node.ts';

/** Methods by which distance orders pools, and by which shares choose among them. */
const BY_DISTANCE = new Set(['nearest', 'latency']);
const BY_SHARE = new Set(['weighted', 'nearest', 'latency']);

/** Tells what of `block` has no effect. */
export function checkMeridianContradictions(scope: RecordScope, block: MeridianBlock, octodns: YamlMap): void {
  const tell = (message: string, ...path: string[]) =>
    note(scope, 'meridian-contradiction', message, meridianNode(octodns, ...path));
  if (block.sticky !== undefined && block.balance === 'round_robin') {
    tell('round_robin has no effect beside sticky: a client that stays takes no turns', 'balance');
  }
  if (block.balance === 'least_connections' && block.healthcheck?.load_path === undefined) {
    const header = 'unless responses to its checks carry endpoint-load-metrics';
    tell(`least_connections without healthcheck load_path: nothing tells of connections, ${header}`, 'balance');
  }
  const { steering } = block;
  if (steering === undefined) return;
  const { method } = steering;
  if (steering.near_tie !== undefined && !BY_DISTANCE.has(method)) {
    tell(`near_tie has no effect with method ${method}: nothing is near`, 'steering', 'near_tie');
  }
  const pools = Object.entries(steering.pools ?? {});
  if (BY_DISTANCE.has(method) && pools.every(([, { region }]) => region === undefined)) {
    tell(`method ${method} needs pools with a region: every client gets the catch-all's pool`, 'steering', 'method');
  }
  for (const [name, { region }] of pools) {
    if (method === 'latency' && region === undefined && pools.some(([, other]) => other.region !== undefined)) {
      tell(`pool "${name}" has no region: by latency nobody is sent to it first`, 'steering', 'pools', name);
    }
  }
  if (method === 'weighted' && pools.length > 0 && pools.every(([, { weight }]) => weight === 0)) {
    tell('no pool has a weight: they are taken in file order, as by failover', 'steering', 'method');
  }
  for (const [name, pool] of pools) {
    const at = ['steering', 'pools', name];
    if (pool.weight !== undefined && !BY_SHARE.has(method)) {
      tell(`weight of pool "${name}" has no effect with method ${method}`, ...at, 'weight');
    }
    if (pool.bias !== undefined && !BY_DISTANCE.has(method)) {
      tell(`bias of pool "${name}" has no effect with method ${method}`, ...at, 'bias');
    } else if (pool.bias !== undefined && pool.region === undefined) {
      tell(`bias of pool "${name}" has no effect without a region: there is nothing to shrink`, ...at, 'bias');
    }
  }
}
