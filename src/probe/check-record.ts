/**
 * What an agent holds of one check: the observation that results of the endpoint's make, and over it what the agent says of
 * itself. An agent that learns nothing several times in a row says `unknown`, which leaves the vote, and says so with its
 * cause; the observation underneath waits, so that a broken agent that mends goes on where it was.
 *
 * The first result sets the state, and so one lost packet after a start would be a vote for down that takes `rise` successes to
 * mend. A first failure therefore counts only once a second one has confirmed it; the agent sees to that at once.
 *
 * Pure. Kept and published by {@link ProbeAgent}.
 */

import type { LoadReport } from '../health/load-report.ts';
import { type CheckState, newObservation, type Observation, observe } from '../health/observation.ts';
import { type AgentReport, reportOf } from '../health/report.ts';
import { type VoiceCode, voiceOf } from '../health/voice.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import type { ProbeResult } from './check-attempt.ts';

/** Results in a row from which nothing was learnt, until the agent no longer vouches: as many as a vote's life has intervals. */
const ABSTENTIONS_MAX = 3;

export type CheckRecord = {
  readonly spec: CheckSpec;
  readonly observation: Observation;
  readonly abstentions: number;
  /** The first result was a failure, and no second has come. */
  readonly isUnconfirmed: boolean;
  /** Cause of the last abstention. */
  readonly abstainReason: string;
  /** What is published, and since when (the agent's monotonic clock). */
  readonly state: CheckState;
  readonly sinceMs: number;
  /** Of the last result of any kind. */
  readonly lastMs: number;
  /** Results of any kind so far. */
  readonly results: number;
  /** Version of what is published, from the agent's own count; 0 before the first result. */
  readonly seq: number;
  /** The endpoint's last good load report and when it came, or null. */
  readonly load: { readonly report: LoadReport; readonly atMs: number } | null;
  /** Why the last load report was refused; empty when it was not, or there is none. */
  readonly loadFault: string;
};

/** A check without results. */
export function newCheckRecord(spec: CheckSpec, nowMs: number): CheckRecord {
  return {
    spec,
    observation: newObservation(nowMs),
    abstentions: 0,
    isUnconfirmed: false,
    abstainReason: '',
    state: 'unknown',
    sinceMs: nowMs,
    lastMs: nowMs,
    results: 0,
    seq: 0,
    load: null,
    loadFault: '',
  };
}

/** The record after `result`, which came at `nowMs` and takes the version `seq`. */
export function recordResult(record: CheckRecord, result: ProbeResult, nowMs: number, seq: number): CheckRecord {
  const counted = { ...record, ...loadAfter(record, result, nowMs), lastMs: nowMs, results: record.results + 1, seq };
  if (result.outcome === 'unknown') {
    return withState({ ...counted, abstentions: record.abstentions + 1, abstainReason: result.reason }, nowMs);
  }
  const { connectMs, serverMs, reason } = result;
  const seen = { ok: result.outcome === 'ok', reason, connectMs, serverMs };
  if (!seen.ok && record.observation.seq === 0 && !record.isUnconfirmed)
    return { ...counted, isUnconfirmed: true, abstentions: 0, abstainReason: `not confirmed yet: ${reason}` };
  let { observation } = record;
  if (!seen.ok && record.isUnconfirmed) ({ observation } = observe(observation, seen, record.spec, record.lastMs));
  ({ observation } = observe(observation, seen, record.spec, nowMs));
  return withState({ ...counted, observation, isUnconfirmed: false, abstentions: 0, abstainReason: '' }, nowMs);
}

/** True if no result has come for so long that the record says nothing of the present. */
export function isOverdue(record: CheckRecord, nowMs: number): boolean {
  const { intervalMs, timeoutMs } = record.spec;
  return record.abstentions < ABSTENTIONS_MAX && nowMs - record.lastMs > ABSTENTIONS_MAX * intervalMs + timeoutMs;
}

/** The record of a check that the agent did not get round to, as of `nowMs` and with the version `seq`. */
export function recordOverdue(record: CheckRecord, nowMs: number, seq: number): CheckRecord {
  const abstainReason = 'agent is behind with its checks';
  return withState({ ...record, abstentions: ABSTENTIONS_MAX, abstainReason, seq }, nowMs);
}

/** What is published of `record`. */
export function recordReport(record: CheckRecord, nowMs: number): AgentReport {
  const { observation, state, sinceMs, seq, spec, load } = record;
  return {
    ...reportOf(spec.id, observation, nowMs),
    state,
    reason: recordReason(record),
    seq,
    heldMs: nowMs - sinceMs,
    ...(load === null ? {} : { load: { ...load.report, ageMs: nowMs - load.atMs } }),
  };
}

/** What is to be published of `record` in short: news when it is another than before. */
export function recordVoice({ state, observation }: CheckRecord): VoiceCode {
  return voiceOf({ state, failing: observation.failing });
}

/** Why the record is in its state. */
export function recordReason(record: CheckRecord): string {
  return record.state === 'unknown' ? record.abstainReason : record.observation.reason;
}

/** A bad report leaves the one before, which grows old. */
function loadAfter(
  { load, loadFault }: CheckRecord,
  { load: told }: ProbeResult,
  nowMs: number,
): Pick<CheckRecord, 'load' | 'loadFault'> {
  if (told === undefined) return { load, loadFault };
  if ('fault' in told) return { load, loadFault: told.fault };
  return { load: { report: told, atMs: nowMs }, loadFault: '' };
}

function withState(record: CheckRecord, nowMs: number): CheckRecord {
  const state = record.abstentions >= ABSTENTIONS_MAX ? 'unknown' : record.observation.state;
  return state === record.state ? record : { ...record, state, sinceMs: nowMs };
}
