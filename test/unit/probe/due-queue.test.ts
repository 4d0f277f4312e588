import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { DueQueue } from '../../../src/probe/due-queue.ts';

describe('due queue', () => {
  it('gives out what is due, earliest first, and keeps the rest', () => {
    const random = new RandomStream(7);
    const queue = new DueQueue<{ dueMs: number }>();
    const dues: number[] = [];
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 40; i++) {
        const dueMs = random.nextBelow(1_000);
        dues.push(dueMs);
        queue.add({ dueMs });
      }
      const untilMs = random.nextBelow(1_000);
      const taken: number[] = [];
      for (let entry = queue.take(untilMs); entry !== null; entry = queue.take(untilMs)) taken.push(entry.dueMs);
      dues.sort((a, b) => a - b);
      const count = dues.findLastIndex((due) => due <= untilMs) + 1;
      expect(taken).toEqual(dues.splice(0, count));
      expect(queue.size).toBe(dues.length);
      expect(queue.nextMs).toBe(dues[0] ?? Number.POSITIVE_INFINITY);
    }
  });

  it('is empty after it was cleared', () => {
    const queue = new DueQueue<{ dueMs: number }>();
    queue.add({ dueMs: 1 });
    queue.clear();
    expect(queue.take(10)).toBeNull();
    expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
  });
});
