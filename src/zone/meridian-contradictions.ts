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

type Steering = NonNullable<MeridianBlock['steering']>;
type Tell = (message: string, ...path: string[]) => void;

/** Tells what of `block` has no effect; `pools` are those of the record. */
export function checkMeridianContradictions(
  scope: RecordScope,
  block: MeridianBlock,
  octodns: YamlMap,
  pools: ReadonlySet<string>,
): void {
  const tell: Tell = (message, ...path) =>
    note(scope, 'meridian-contradiction', message, meridianNode(octodns, ...path));
  checkChoice(scope, block, pools, tell);
  if (block.steering === undefined) return;
  checkSteering(block.steering, tell);
  checkFences(block.steering, pools, tell);
}

/** What is said of the choice as a whole. */
function checkChoice(scope: RecordScope, block: MeridianBlock, pools: ReadonlySet<string>, tell: Tell): void {
  if (block.sticky !== undefined && block.balance === 'round_robin') {
    tell('round_robin has no effect beside sticky: a client that stays takes no turns', 'balance');
  }
  const { load_path: path, load_header: header, load_push: push } = block.healthcheck ?? {};
  if (block.balance === 'least_connections' && path === undefined && header !== true && push !== true) {
    const remedy =
      'say load_path, or load_header: true where responses to checks carry endpoint-load-metrics, or load_push: true where loads are pushed';
    tell(`least_connections without healthcheck load_path: nothing tells of connections; ${remedy}`, 'balance');
  }
  if (block.trickle > 0 && pools.size === 1) {
    tell('trickle has no effect with one pool: give it a fallback to exercise, or leave it out', 'trickle');
  }
  if (block.answers > 1 && scope.type === 'CNAME') {
    tell('answers has no effect: a name has one CNAME (RFC 2181 10.1)', 'answers');
  }
  if (block.ramp?.floor === 1) {
    tell('ramp has no effect with floor 1: the whole weight is back at once; set a lower floor', 'ramp');
  }
  const method = block.steering?.method ?? 'rules';
  if (method !== 'rules' && pools.size === 1) {
    tell(`method ${method} has no effect with one pool: there is nothing to choose`, 'steering', 'method');
  }
}

/** Fences that keep nobody in, or that an earlier one keeps from ever being asked. */
function checkFences({ fence: fences = [] }: Steering, pools: ReadonlySet<string>, tell: Tell): void {
  const seen = new Map<string, number>();
  for (const [i, fence] of fences.entries()) {
    if (pools.size > 0 && [...pools].every((pool) => fence.pools.includes(pool))) {
      tell(
        `fence ${i + 1} has no effect: every pool is inside; name those that its clients may use`,
        'steering',
        'fence',
        `${i}`,
      );
    }
    for (const geo of fence.geos) {
      const before = seen.get(geo);
      if (before === undefined) seen.set(geo, i + 1);
      else if (before !== i + 1) {
        tell(
          `fence ${i + 1} never gets clients of ${geo}: fence ${before} has them; name a place once`,
          'steering',
          'fence',
          `${i}`,
        );
      }
    }
  }
}

/** Keys of pools that the method has no use for. */
function checkSteering(steering: Steering, tell: Tell): void {
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
