import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CHECK_REASON_CHARS_MAX } from '../../../src/base/limits.ts';
import { CheckAttempt } from '../../../src/probe/check-attempt.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const never = new AbortController().signal;

/** Something to own that counts how often it is destroyed. */
function resource() {
  const counted = {
    destroyed: 0,
    destroy: () => {
      counted.destroyed += 1;
    },
  };
  return counted;
}

describe('a check attempt', () => {
  it('ends once, with its first word, and destroys all that it owns', async () => {
    const attempt = new CheckAttempt(checkSpec(), never);
    const before = resource();
    attempt.own(before);
    attempt.connectMs = 3;
    attempt.fail('first');
    attempt.pass();
    attempt.abstain('third');
    const after = resource();
    attempt.own(after);
    expect(attempt.isOpen).toBe(false);
    expect(await attempt.settled).toEqual({
      outcome: 'failed',
      reason: 'first',
      connectMs: 3,
      tlsMs: null,
      serverMs: null,
      certificateExpiresMs: null,
    });
    expect([before.destroyed, after.destroyed]).toEqual([1, 1]);
  });

  it('fails at its deadline, and names the stage', async () => {
    const attempt = new CheckAttempt(checkSpec({ timeoutMs: 50 }), never);
    const owned = resource();
    attempt.own(owned);
    attempt.stage = 'connect';
    expect(await attempt.settled).toMatchObject({ outcome: 'failed', reason: 'timeout after 50 ms (connect)' });
    expect(owned.destroyed).toBe(1);
  });

  it('blames nobody else when the agent itself stood still past the deadline', async () => {
    const attempt = new CheckAttempt(checkSpec({ timeoutMs: 50 }), never);
    attempt.stage = 'connect';
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
    expect(await attempt.settled).toMatchObject({ outcome: 'unknown', reason: 'agent stalled' });
  });

  it('hears what came in before a late deadline was noticed', async () => {
    const attempt = new CheckAttempt(checkSpec({ timeoutMs: 50 }), never);
    attempt.stage = 'connect';
    // Due in the same turn as the deadline, in the phase after timers.
    setTimeout(() => setImmediate(() => attempt.pass()), 40);
    const untilMs = performance.now() + 120;
    while (performance.now() < untilMs);
    expect(await attempt.settled).toMatchObject({ outcome: 'ok' });
    await sleep(20);
  });

  it('keeps reasons to one line', async () => {
    const attempt = new CheckAttempt(checkSpec(), never);
    attempt.fail('x'.repeat(10_000));
    expect((await attempt.settled).reason).toHaveLength(CHECK_REASON_CHARS_MAX);
  });
});
