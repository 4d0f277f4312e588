/**
 * What a DNS node keeps over a restart: the last verdicts, and how far each agent and the store had come, so that a
 * restart without Redis answers as before, and an old copy of Redis is not taken for news. Pure text; the server writes
 * the file atomically into the state directory and hands it back at boot.
 */

import {
  AGENTS_MAX,
  CHECK_ID_CHARS_MAX,
  ENDPOINT_KEY_CHARS_MAX,
  ENDPOINT_SLOTS_MAX,
  FEED_STATE_BYTES_MAX,
  OVERRIDE_MS_MAX,
  OVERRIDES_MAX,
} from '../base/limits.ts';
import type { Flap } from '../health/flap-damping.ts';
import { isRecord, type RecordFault, readJsonRecord } from '../health/json-record.ts';
import { parseOverride } from '../health/override.ts';
import type { HeldOverride } from '../health/override-book.ts';
import { type AgentHeader, parseAgentSnapshot } from '../health/report.ts';
import type { Waiting } from '../health/resume-book.ts';
import type { ShiftState } from './shift-feed.ts';

export type FeedState = {
  /** Wall-clock milliseconds of the writing. */
  readonly savedMs: number;
  readonly epoch: number;
  readonly agents: readonly AgentHeader[];
  /** Checks by verdict; all others are unknown. */
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** Endpoints with `manual_resume` that wait for an operator. */
  readonly waiting: readonly Waiting[];
  /** Checks that went down again and again. */
  readonly flaps: readonly Flap[];
  readonly shifts: ShiftState;
};

const FORMAT_VERSION = 1;
const FORM = { version: FORMAT_VERSION, charsMax: FEED_STATE_BYTES_MAX, limit: 'FEED_STATE_BYTES_MAX' } as const;
const NO_SHIFTS: ShiftState = { version: 0, held: [] };

/** The text form of `state`. */
export function encodeFeedState(state: FeedState): string {
  return JSON.stringify({ v: FORMAT_VERSION, ...state });
}

/** The state in `text`, or why there is none. Never throws. */
export function decodeFeedState(text: string): FeedState | RecordFault {
  const record = readJsonRecord(text, FORM);
  if ('fault' in record) return record;
  const { savedMs, epoch, agents, up, down, waiting = [], flaps = [], shifts = NO_SHIFTS } = record.record;
  if (typeof savedMs !== 'number' || savedMs < 0) return { fault: '"savedMs" is not a time' };
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) return { fault: '"epoch" is not a whole number' };
  if (!isIds(up) || !isIds(down)) return { fault: '"up" or "down" is not a list of checks' };
  if (!Array.isArray(agents) || agents.length > AGENTS_MAX) return { fault: '"agents" is not a list' };
  const headers: AgentHeader[] = [];
  for (const agent of agents as unknown[]) {
    const header = readHeader(agent);
    if ('fault' in header) return { fault: `"agents" ${headers.length}: ${header.fault}` };
    headers.push(header);
  }
  if (!isWaiting(waiting)) return { fault: '"waiting" is not a list of endpoints' };
  if (!isFlaps(flaps)) return { fault: '"flaps" is not a list of penalties' };
  const read = readShifts(shifts);
  if ('fault' in read) return read;
  return { savedMs, epoch: epoch as number, agents: headers, up, down, waiting, flaps, shifts: read };
}

/** A header is a snapshot without reports: one reader for both. */
function readHeader(value: unknown): AgentHeader | RecordFault {
  if (!isRecord(value)) return { fault: 'not an object' };
  const snapshot = parseAgentSnapshot(JSON.stringify({ ...value, v: 1, kind: 'snapshot', reports: [] }));
  if ('fault' in snapshot) return snapshot;
  const { agent, region, boot, seq, intervalMs } = snapshot;
  return { agent, region, boot, seq, intervalMs };
}

function isIds(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > ENDPOINT_SLOTS_MAX) return false;
  return (value as unknown[]).every((id) => typeof id === 'string' && id !== '' && id.length <= CHECK_ID_CHARS_MAX);
}

function isWaiting(value: unknown): value is Waiting[] {
  if (!Array.isArray(value) || value.length > ENDPOINT_SLOTS_MAX) return false;
  return (value as unknown[]).every((entry) => {
    if (typeof entry !== 'object' || entry === null) return false;
    const { key, sinceMs } = entry as Record<string, unknown>;
    return typeof key === 'string' && key.length <= ENDPOINT_KEY_CHARS_MAX && typeof sinceMs === 'number';
  });
}

function isFlaps(value: unknown): value is Flap[] {
  if (!Array.isArray(value) || value.length > ENDPOINT_SLOTS_MAX) return false;
  return (value as unknown[]).every((entry) => {
    if (!isRecord(entry)) return false;
    const { check, penalty, heldMs } = entry;
    const isAmount = [penalty, heldMs].every((amount) => typeof amount === 'number' && amount >= 0 && amount < 1e9);
    return typeof check === 'string' && check.length <= CHECK_ID_CHARS_MAX && isAmount;
  });
}

function readShifts(value: unknown): ShiftState | RecordFault {
  if (!isRecord(value)) return { fault: '"shifts" is not an object' };
  const { version, held } = value;
  if (!Number.isSafeInteger(version) || !Array.isArray(held) || held.length > OVERRIDES_MAX)
    return { fault: '"shifts" has no version or no list' };
  const list: HeldOverride[] = [];
  for (const entry of held as unknown[]) {
    const { override, leftMs } = (entry ?? {}) as Record<string, unknown>;
    const read = parseOverride(JSON.stringify({ ...(override as object), v: 1 }));
    if ('fault' in read) return { fault: `"shifts" ${list.length}: ${read.fault}` };
    if (typeof leftMs !== 'number' || leftMs > OVERRIDE_MS_MAX) return { fault: `"shifts" ${list.length}: bad leftMs` };
    list.push({ override: read, leftMs });
  }
  return { version: version as number, held: list };
}
