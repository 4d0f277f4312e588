import { expect, it } from 'vitest';
import { FollowedTargets, HINT_FAMILIES, HINTS_OF_FILE } from '../../../src/answer/followed-targets.ts';
import { Transaction } from '../../../src/answer/transaction.ts';
import { ANSWERS_MAX, FOLLOWED_TARGETS_MAX } from '../../../src/base/limits.ts';

it('has room for as many addresses of each target as an answer may have, and can count them', () => {
  const followed = new FollowedTargets(5);
  expect(followed.states).toHaveLength(FOLLOWED_TARGETS_MAX);
  expect(followed.hintsV4).toHaveLength(FOLLOWED_TARGETS_MAX * ANSWERS_MAX * 4);
  expect(followed.hintsV6).toHaveLength(FOLLOWED_TARGETS_MAX * ANSWERS_MAX * 16);
  for (const count of [HINTS_OF_FILE, ANSWERS_MAX]) {
    followed.hintCount[FOLLOWED_TARGETS_MAX * HINT_FAMILIES - 1] = count;
    expect(followed.hintCount.at(-1)).toBe(count);
  }
});

it('decides apart from the answer, and begins its rotations where the worker does', () => {
  const tx = new Transaction(77);
  expect(tx.followed.decision).not.toBe(tx.decision);
  expect(tx.followed.decision.rotationSeed).toBe(77);
});
