import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectGarbage, collectLargeGarbage } from '../../../src/server/collect-garbage.ts';

it('gives back what nobody holds, at once, and leaves what somebody holds', async () => {
  const held = new Uint8Array(8 << 20);
  const refs = [new WeakRef(new Uint8Array(8 << 20)), new WeakRef(held)];
  // A reference made in a turn holds until its end.
  await sleep(1);
  const before = process.memoryUsage().arrayBuffers;
  collectGarbage();
  expect(refs.map((ref) => ref.deref())).toEqual([undefined, held]);
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(8 << 20);
  expect('gc' in globalThis).toBe(false);
});

it('does so of itself where a thread holds much', async () => {
  const ref = new WeakRef(new Uint8Array(160 << 20));
  await sleep(1);
  collectLargeGarbage();
  expect(ref.deref()).toBeUndefined();
});
