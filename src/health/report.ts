/**
 * What agents publish and DNS nodes read: reports of checks behind a header that says who speaks and how far it has come.
 * One text form for the snapshot (every check of an agent) and the changes (what became another state since; none at all
 * is the heartbeat). Read strictly, since anyone who can write to Redis can write here: a bad text is refused whole.
 *
 *   {"v":1,"kind":"snapshot","agent":"a1","region":"eu-west","boot":"k3f9…","seq":17,"intervalMs":5000,"lagMs":3,
 *    "reports":[[id, "up"|"down"|"unknown", reason, connectMs|null, connectDevMs|null, serverMs|null, seq, heldMs, failing,
 *      load?], …]}
 *
 * Unknown keys, and elements behind the last, are passed over, so that newer agents can speak to older nodes; an older agent
 * leaves out `lagMs`, or `failing`, and then takes no part in suspicions. `load` is the endpoint's own report (`load-report.ts`), or absent.
 */

import {
  AGENT_INTERVAL_MS_MAX,
  AGENT_REPORTS_MAX,
  CHECK_ID_CHARS_MAX,
  CHECK_REASON_CHARS_MAX,
  SNAPSHOT_BYTES_MAX,
} from '../base/limits.ts';
import { type RecordFault, readJsonRecord } from './json-record.ts';
import { decodeLoad, encodeLoad, type LoadSample } from './load-report.ts';
import { type CheckState, FAILING_MAX, type Observation } from './observation.ts';

/** One check as one agent sees it. */
export type AgentReport = {
  /** `CheckSpec.id`. */
  readonly id: string;
  readonly state: CheckState;
  readonly reason: string;
  readonly connectMs: number | null;
  readonly connectDevMs: number | null;
  readonly serverMs: number | null;
  /** Version of this report within one boot of its agent; of two, the higher is the newer. */
  readonly seq: number;
  /** For how long `state` had stood when this was written: no clock has to agree with another. */
  readonly heldMs: number;
  /** Checks that failed in a row up to now; 1 in a change is the suspicion that every agent looks into at once. */
  readonly failing: number;
  /** The endpoint's last load report; absent when it makes none. */
  readonly load?: LoadSample;
};

/** Who speaks. Names are 1..64 of `A-Z a-z 0-9 . _ -`. */
export type AgentHeader = {
  readonly agent: string;
  readonly region: string;
  /** Drawn at each start of the agent: sequences of different boots are not comparable. */
  readonly boot: string;
  /** Rises by one with every publication of this boot, snapshot or changes; starts at 1. */
  readonly seq: number;
  /** The longest time the agent lets pass between two publications; its votes age by it. */
  readonly intervalMs: number;
  /** Longest wait of a check between due and started within the last seconds: an agent with more to do than it can. Absent: not told. */
  readonly lagMs?: number;
};

/** Everything one agent knows. */
export type AgentSnapshot = AgentHeader & { readonly reports: readonly AgentReport[] };

/** What changed since the agent's last publication; empty `reports` is the heartbeat. */
export type AgentChanges = AgentHeader & { readonly reports: readonly AgentReport[] };

const FORMAT_VERSION = 1;
const FORM = { version: FORMAT_VERSION, charsMax: SNAPSHOT_BYTES_MAX, limit: 'SNAPSHOT_BYTES_MAX' } as const;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
/** A year: longer spans are nonsense of a broken clock. */
const SPAN_MS_MAX = 366 * 86_400_000;
/** Elements of one report in text form, with room for newer agents. */
const REPORT_ELEMENTS = 8;
const REPORT_ELEMENTS_MAX = 32;

/** True if `name` may name an agent, a region, a boot, a node or a cluster. */
export function isHealthName(name: string): boolean {
  return NAME.test(name);
}

/** The report of `observation` as of `nowMs` (the agent's monotonic clock). */
export function reportOf(id: string, observation: Observation, nowMs: number): AgentReport {
  const { state, reason, connectMs, connectDevMs, serverMs, seq, sinceMs, failing } = observation;
  return { id, state, reason, connectMs, connectDevMs, serverMs, seq, heldMs: nowMs - sinceMs, failing };
}

/** The text form of a snapshot. Reasons are cut to CHECK_REASON_CHARS_MAX and times rounded to a microsecond. */
export function encodeAgentSnapshot(snapshot: AgentSnapshot): string {
  return encode('snapshot', snapshot);
}

/** The text form of changes. */
export function encodeAgentChanges(changes: AgentChanges): string {
  return encode('changes', changes);
}

/** The snapshot in `text`, or why there is none. Never throws. */
export function parseAgentSnapshot(text: string): AgentSnapshot | RecordFault {
  return parse('snapshot', text);
}

/** The changes in `text`, or why there are none. Never throws. */
export function parseAgentChanges(text: string): AgentChanges | RecordFault {
  return parse('changes', text);
}

type Kind = 'snapshot' | 'changes';

function encode(kind: Kind, message: AgentSnapshot): string {
  const { agent, region, boot, seq, intervalMs, lagMs } = message;
  const reports = message.reports.map((report) => [
    report.id,
    report.state,
    report.reason.slice(0, CHECK_REASON_CHARS_MAX),
    roundedMs(report.connectMs),
    roundedMs(report.connectDevMs),
    roundedMs(report.serverMs),
    report.seq,
    Math.round(report.heldMs),
    report.failing,
    ...(report.load === undefined ? [] : [encodeLoad(report.load)]),
  ]);
  const lag = lagMs === undefined ? {} : { lagMs: Math.round(lagMs) };
  return JSON.stringify({ v: FORMAT_VERSION, kind, agent, region, boot, seq, intervalMs, ...lag, reports });
}

function roundedMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}

function parse(kind: Kind, text: string): AgentSnapshot | RecordFault {
  const read = readJsonRecord(text, FORM);
  if ('fault' in read) return read;
  const { record } = read;
  if (record.kind !== kind) return { fault: `"kind" is not "${kind}"` };
  const header = readHeader(record);
  if ('fault' in header) return header;
  const reports = readReports(record.reports);
  return 'fault' in reports ? reports : { ...header, reports: reports.list };
}

function readHeader(value: Record<string, unknown>): AgentHeader | RecordFault {
  const { agent, region, boot, seq, intervalMs, lagMs } = value;
  if (!isName(agent)) return { fault: '"agent" is not a name' };
  if (!isName(region)) return { fault: '"region" is not a name' };
  if (!isName(boot)) return { fault: '"boot" is not a name' };
  if (!isCount(seq) || seq < 1) return { fault: '"seq" is not a whole number from 1' };
  if (!isSpan(intervalMs, AGENT_INTERVAL_MS_MAX) || intervalMs < 1)
    return { fault: `"intervalMs" is not within 1..AGENT_INTERVAL_MS_MAX (${AGENT_INTERVAL_MS_MAX})` };
  if (lagMs === undefined) return { agent, region, boot, seq, intervalMs };
  return isSpan(lagMs, SPAN_MS_MAX)
    ? { agent, region, boot, seq, intervalMs, lagMs }
    : { fault: '"lagMs" is not a span' };
}

function readReports(value: unknown): { list: AgentReport[] } | RecordFault {
  if (!Array.isArray(value)) return { fault: '"reports" is not a list' };
  if (value.length > AGENT_REPORTS_MAX) return { fault: `more reports than AGENT_REPORTS_MAX (${AGENT_REPORTS_MAX})` };
  const list: AgentReport[] = [];
  const ids = new Set<string>();
  for (const item of value as unknown[]) {
    const report = readReport(item);
    if ('fault' in report) return { fault: `report ${list.length}: ${report.fault}` };
    if (ids.has(report.id)) return { fault: `report ${list.length}: its check is named twice` };
    ids.add(report.id);
    list.push(report);
  }
  return { list };
}

function readReport(item: unknown): AgentReport | RecordFault {
  if (!Array.isArray(item) || item.length < REPORT_ELEMENTS || item.length > REPORT_ELEMENTS_MAX)
    return { fault: `not a list of ${REPORT_ELEMENTS} elements` };
  const [id, state, reason, connectMs, connectDevMs, serverMs, seq, heldMs, failing = state === 'down' ? 2 : 0, said] =
    item as unknown[];
  if (typeof id !== 'string' || id === '' || id.length > CHECK_ID_CHARS_MAX) return { fault: 'bad check id' };
  if (state !== 'up' && state !== 'down' && state !== 'unknown') return { fault: 'bad state' };
  if (typeof reason !== 'string' || reason.length > CHECK_REASON_CHARS_MAX) return { fault: 'bad reason' };
  if (!isTime(connectMs) || !isTime(connectDevMs) || !isTime(serverMs)) return { fault: 'bad time' };
  if (!isCount(seq)) return { fault: 'bad seq' };
  if (!isSpan(heldMs, SPAN_MS_MAX)) return { fault: 'bad heldMs' };
  if (!isCount(failing) || failing > FAILING_MAX) return { fault: 'bad failing' };
  const load = said === undefined || said === null ? undefined : decodeLoad(said);
  if (load === null) return { fault: 'bad load' };
  const report = { id, state, reason, connectMs, connectDevMs, serverMs, seq, heldMs, failing } as const;
  return load === undefined ? report : { ...report, load };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** JSON has no NaN, but 1e999 reads as infinity: the bound refuses it. */
function isSpan(value: unknown, max: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= max;
}

function isTime(value: unknown): value is number | null {
  return value === null || isSpan(value, SPAN_MS_MAX);
}
