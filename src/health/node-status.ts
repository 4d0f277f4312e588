/**
 * What a DNS node says of itself every few seconds, so that any node (and `meridian status`) can list all of them.
 * Read strictly, as everything that comes out of Redis.
 */

import { NODE_STATUS_BYTES_MAX } from '../base/limits.ts';
import { type RecordFault, readJsonRecord } from './json-record.ts';
import type { NodeMode } from './node-mode.ts';
import type { CheckState } from './observation.ts';
import { isHealthName } from './report.ts';

/** One DNS node. Counts are of checks in use on that node. */
export type NodeStatus = {
  readonly node: string;
  readonly boot: string;
  /** Rises with every publication of this boot. */
  readonly seq: number;
  readonly version: string;
  readonly mode: NodeMode;
  readonly modeReason: string | null;
  /** For how long the mode, and the process, had stood when this was written. */
  readonly modeHeldMs: number;
  readonly uptimeMs: number;
  readonly listen: readonly string[];
  readonly zones: number;
  readonly checksUp: number;
  readonly checksDown: number;
  readonly checksUnknown: number;
  /** Ids of the checks that are down here, and of those unknown, as many as have room: shorter than the counts when cut. */
  readonly downChecks: readonly string[];
  readonly unknownChecks: readonly string[];
  readonly regionsFresh: number;
  readonly regionsKnown: number;
};

const FORMAT_VERSION = 1;
const FORM = { version: FORMAT_VERSION, charsMax: NODE_STATUS_BYTES_MAX, limit: 'NODE_STATUS_BYTES_MAX' } as const;
const MODES: readonly NodeMode[] = ['NORMAL', 'HOLD', 'SELF', 'BLIND'];
const TEXT_CHARS_MAX = 200;
const LISTEN_MAX = 64;
/** Characters of either list of checks in JSON; with both and 64 addresses a status stays below NODE_STATUS_BYTES_MAX. */
const CHECKS_CHARS_MAX = 4_500;
const COUNTS = [
  'seq',
  'modeHeldMs',
  'uptimeMs',
  'zones',
  'checksUp',
  'checksDown',
  'checksUnknown',
  'regionsFresh',
  'regionsKnown',
] as const;

/** The lists of checks of a status, from every check in use and the node's verdict on it. */
export function listVerdicts(
  checks: Iterable<{ readonly id: string; readonly verdict: CheckState }>,
): Pick<NodeStatus, 'downChecks' | 'unknownChecks'> {
  const lists: Record<CheckState, string[]> = { up: [], down: [], unknown: [] };
  const room = { up: 0, down: CHECKS_CHARS_MAX, unknown: CHECKS_CHARS_MAX };
  for (const { id, verdict } of checks) {
    const chars = JSON.stringify(id).length + 1;
    if (chars > room[verdict]) continue;
    room[verdict] -= chars;
    lists[verdict].push(id);
  }
  return { downChecks: lists.down, unknownChecks: lists.unknown };
}

/** The text form of `status`. */
export function encodeNodeStatus(status: NodeStatus): string {
  return JSON.stringify({ v: FORMAT_VERSION, ...status });
}

/** The status in `text`, or why there is none. Never throws. */
export function parseNodeStatus(text: string): NodeStatus | RecordFault {
  const read = readJsonRecord(text, FORM);
  return 'fault' in read ? read : readStatus(read.record);
}

function readStatus(value: Record<string, unknown>): NodeStatus | RecordFault {
  const { node, boot, version, mode, modeReason, listen } = value;
  if (typeof node !== 'string' || !isHealthName(node)) return { fault: '"node" is not a name' };
  if (typeof boot !== 'string' || !isHealthName(boot)) return { fault: '"boot" is not a name' };
  if (!isText(version)) return { fault: '"version" is not a text' };
  if (!MODES.includes(mode as NodeMode)) return { fault: '"mode" is unknown' };
  if (modeReason !== null && !isText(modeReason)) return { fault: '"modeReason" is not a text' };
  if (!Array.isArray(listen) || listen.length > LISTEN_MAX || !listen.every(isText))
    return { fault: '"listen" is not a list of texts' };
  // Absent from a node of an earlier version.
  const { downChecks = [], unknownChecks = [] } = value;
  if (!isIdList(downChecks) || !isIdList(unknownChecks)) return { fault: 'a list of checks is not a list of ids' };
  const counts: Record<string, number> = {};
  for (const key of COUNTS) {
    const count = value[key];
    if (typeof count !== 'number' || !(count >= 0 && count <= Number.MAX_SAFE_INTEGER))
      return { fault: `"${key}" is not a count` };
    counts[key] = count;
  }
  const texts = { node, boot, version, mode: mode as NodeMode, modeReason, listen, downChecks, unknownChecks } as const;
  return { ...texts, ...(counts as Record<(typeof COUNTS)[number], number>) };
}

function isIdList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string' && id.length <= CHECKS_CHARS_MAX);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_CHARS_MAX;
}
