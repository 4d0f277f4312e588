import { describe, expect, it } from 'vitest';
import { Voice } from '../../../src/health/voice.ts';
import type { ProbeResult } from '../../../src/probe/check-attempt.ts';
import {
  type CheckRecord,
  isOverdue,
  newCheckRecord,
  recordOverdue,
  recordReport,
  recordResult,
  recordVoice,
} from '../../../src/probe/check-record.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const times = { connectMs: 2, tlsMs: null, certificateExpiresMs: null, serverMs: 5 };
const ok: ProbeResult = { outcome: 'ok', reason: '', ...times };
const failed: ProbeResult = { outcome: 'failed', reason: 'status 503', ...times };
const unlearnt: ProbeResult = {
  outcome: 'unknown',
  reason: 'no DNS',
  connectMs: null,
  tlsMs: null,
  certificateExpiresMs: null,
  serverMs: null,
};
const spec = checkSpec({ intervalMs: 1_000, timeoutMs: 500, rise: 2, fall: 2 });

/** The record after `results`, one a second from second 1. */
function recordAfter(...results: ProbeResult[]): CheckRecord {
  return results.reduce(
    (record, result, i) => recordResult(record, result, (i + 1) * 1_000, i + 1),
    newCheckRecord(spec, 0),
  );
}

describe('check record', () => {
  it('is what the results of the endpoint make of it', () => {
    expect(recordAfter().state).toBe('unknown');
    expect(recordAfter(ok).state).toBe('up');
    expect(recordAfter(failed, failed).state).toBe('down');
    expect(recordAfter(ok, failed).state).toBe('up');
    expect(recordReport(recordAfter(ok, failed, failed), 4_500)).toEqual({
      id: spec.id,
      state: 'down',
      reason: 'status 503',
      connectMs: 2,
      connectDevMs: expect.any(Number),
      serverMs: 5,
      seq: 3,
      heldMs: 1_500,
      failing: 2,
    });
  });

  it('counts a first failure only when the second result confirms it', () => {
    const first = recordAfter(failed);
    expect(first).toMatchObject({ state: 'unknown', isUnconfirmed: true });
    expect(recordReport(first, 1_000)).toMatchObject({ state: 'unknown', reason: 'not confirmed yet: status 503' });
    expect(recordVoice(recordAfter(failed, failed))).toBe(Voice.DOWN);
    expect(recordAfter(failed, failed, ok).state).toBe('down');
    expect(recordAfter(failed, ok)).toMatchObject({ state: 'up', isUnconfirmed: false });
    expect(recordAfter(failed, unlearnt, failed).state).toBe('down');
  });

  it('stays as it is while the agent learns nothing, for two results', () => {
    expect(recordAfter(failed, failed, unlearnt, unlearnt)).toMatchObject({ state: 'down', sinceMs: 2_000, seq: 4 });
    expect(recordAfter(ok, failed, unlearnt, failed).state).toBe('down');
  });

  it('is unknown from the third on, with the cause, and never down by it', () => {
    expect(recordReport(recordAfter(failed, failed, unlearnt, unlearnt, unlearnt), 7_000)).toMatchObject({
      state: 'unknown',
      reason: 'no DNS',
      heldMs: 2_000,
    });
    expect(recordAfter(ok, unlearnt, unlearnt, unlearnt, unlearnt, unlearnt).state).toBe('unknown');
  });

  it('goes on where it was when the agent learns again', () => {
    const blind = [unlearnt, unlearnt, unlearnt] as const;
    expect(recordAfter(failed, failed, ...blind, ok)).toMatchObject({ state: 'down', sinceMs: 6_000 });
    expect(recordAfter(failed, failed, ...blind, ok, ok).state).toBe('up');
    expect(recordAfter(ok, ...blind, failed).state).toBe('up');
  });

  it('says at once why a check cannot be made', () => {
    expect(recordReport(recordAfter(unlearnt), 1_000)).toMatchObject({ state: 'unknown', reason: 'no DNS', seq: 1 });
  });

  it('speaks of a failure as soon as there is one', () => {
    expect([recordAfter(ok), recordAfter(ok, failed), recordAfter(ok, failed, failed)].map(recordVoice)).toEqual([
      Voice.UP,
      Voice.FAILING,
      Voice.DOWN,
    ]);
    expect(recordVoice(recordAfter(ok, failed, unlearnt, unlearnt, unlearnt))).toBe(Voice.UNKNOWN);
  });

  it('is overdue after three intervals and a timeout, and unknown then until the next result', () => {
    const record = recordAfter(ok);
    expect(isOverdue(record, 4_500)).toBe(false);
    expect(isOverdue(record, 4_501)).toBe(true);
    const overdue = recordOverdue(record, 4_501, 2);
    expect(overdue).toMatchObject({ state: 'unknown', seq: 2, sinceMs: 4_501 });
    expect(isOverdue(overdue, 60_000)).toBe(false);
    expect(recordResult(overdue, ok, 60_000, 3)).toMatchObject({ state: 'up', sinceMs: 60_000 });
  });

  it('keeps the last good load report and tells how old it is; a bad one only leaves its reason', () => {
    const report = {
      current: 5,
      target: null,
      max: null,
      utilisation: null,
      requestsPerSecond: null,
      errorsPerSecond: null,
      validSeconds: 60,
    };
    const loaded = recordAfter({ ...ok, load: report }, { ...ok, load: { fault: 'not JSON' } });
    expect(recordReport(loaded, 4_500).load).toEqual({ ...report, ageMs: 3_500 });
    expect(loaded.loadFault).toBe('not JSON');
    expect(recordResult(loaded, { ...ok, load: report }, 5_000, 3).loadFault).toBe('');
    expect(recordReport(recordAfter(ok), 2_000)).not.toHaveProperty('load');
  });
});
