import { describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../../src/answer/answer-policy.ts';
import { cookieSecretsAt, isHeld } from '../../../src/answer/live-policy.ts';

describe('the policy where no operator is', () => {
  it('tells nothing and makes no cookies', () => {
    expect([PLAIN_POLICY.serverId, PLAIN_POLICY.version]).toEqual([null, null]);
    expect([PLAIN_POLICY.live[cookieSecretsAt(PLAIN_POLICY.live)], isHeld(PLAIN_POLICY.live)]).toEqual([0, false]);
  });
});
