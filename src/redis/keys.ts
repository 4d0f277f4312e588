/**
 * Every key that Meridian uses in Redis. The cluster's name stands in braces, so that a Redis Cluster keeps all of them
 * in one hash slot and one command may name several.
 *
 *   meridian:{c}:agents           sorted set   agent -> wall-clock ms of its last snapshot (by its own clock; for listing only)
 *   meridian:{c}:snapshot:AGENT   string       an agent's snapshot (health/report.ts), with expiry
 *   meridian:{c}:changes          stream       field `c`: an agent's changes or heartbeat; field `l`: loads pushed to a node (health/load-push.ts)
 *   meridian:{c}:epoch            integer      rises with every snapshot
 *   meridian:{c}:nodes            sorted set   DNS node -> wall-clock ms of its last status
 *   meridian:{c}:node:NODE        string       a DNS node's status (health/node-status.ts), with expiry
 *   meridian:{c}:overrides        hash         id -> an operator's shift (health/override.ts); `version` -> rises with every change
 */

import { assert } from '../base/assert.ts';
import { isHealthName } from '../health/report.ts';

export type StoreKeys = {
  readonly agents: string;
  readonly changes: string;
  readonly epoch: string;
  readonly nodes: string;
  readonly overrides: string;
  readonly snapshotOf: (agent: string) => string;
  readonly nodeOf: (node: string) => string;
};

/** The field of an entry of the stream of changes, by what it holds. */
export const ENTRY_FIELDS = { changes: 'c', loads: 'l' } as const;

/** The keys of the cluster `name`, which is a health name (no braces). */
export function storeKeys(name: string): StoreKeys {
  assert(isHealthName(name), 'a cluster name is 1..64 of A-Z a-z 0-9 . _ -');
  const prefix = `meridian:{${name}}:`;
  return {
    agents: `${prefix}agents`,
    changes: `${prefix}changes`,
    epoch: `${prefix}epoch`,
    nodes: `${prefix}nodes`,
    overrides: `${prefix}overrides`,
    snapshotOf: (agent) => `${prefix}snapshot:${agent}`,
    nodeOf: (node) => `${prefix}node:${node}`,
  };
}
