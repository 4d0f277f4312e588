import { closeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openPingSocket, pingTrouble } from '../../../src/probe/ping-socket.ts';

it('gives a descriptor, or one sentence that says what to do', () => {
  for (const family of [4, 6] as const) {
    const fd = openPingSocket(family);
    if (typeof fd === 'number') closeSync(fd);
    else expect(fd).toMatch(/ping_group_range|ICMP/);
  }
  const fd = openPingSocket(4);
  expect(pingTrouble()).toBe(typeof fd === 'string' ? fd : null);
  if (typeof fd === 'number') closeSync(fd);
});
