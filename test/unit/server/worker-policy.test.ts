import { expect, it } from 'vitest';
import { createLivePolicy, isHeld, setHeld } from '../../../src/answer/live-policy.ts';
import type { ServeOptions } from '../../../src/server/serve-options.ts';
import { openPolicy, workerPolicy } from '../../../src/server/worker-policy.ts';

it('the policy of a node goes to its workers as plain data, its live part as shared memory', () => {
  const live = createLivePolicy();
  const options = { serverId: 'fra1', serverVersion: null } as ServeOptions;
  const policy = openPolicy(structuredClone(workerPolicy(options, live.buffer)));
  expect([policy.serverId, policy.version]).toEqual([Uint8Array.of(0x66, 0x72, 0x61, 0x31), null]);
  setHeld(live, true);
  expect(isHeld(policy.live)).toBe(true);
});
