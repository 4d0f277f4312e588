/**
 * A process with room for 64 descriptors, and more connections than that: UDP does not notice, TCP closes whom it hears least
 * and is there again within a second.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../tools/dns-client.ts';
import { attack, withdraw } from './attackers.ts';
import type { Drill } from './drill.ts';

const CONNECTIONS = 400;
const SECONDS = 6;
const LIMIT = 64;
const RECOVERY_MS = 1_000;
/** Node lets no error out where libuv drops newcomers; a resolver asks again. */
const TCP_SHARE_MIN = 0.9;

/** Descriptors exhausted (08-faults). */
export const FEW_DESCRIPTORS: Drill = {
  name: 'few-descriptors',
  sharesMin: { tcp: TCP_SHARE_MIN },
  run: async ({ node, scale, counters }) => {
    const pid = node.child.pid!;
    const limited = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${LIMIT}:${LIMIT}`]);
    if (limited.status !== 0) throw new Error('prlimit is not here: util-linux has it');
    const before = readdirSync(`/proc/${pid}/fd`).length;
    // One look at the descriptors later the pool knows.
    await sleep(500);
    const sockets = Array.from({ length: Math.max(100, CONNECTIONS * scale) }, (_, index) =>
      attack(node.dnsPort, index),
    );
    await sleep(Math.max(2, SECONDS * scale) * 1000);
    const most = readdirSync(`/proc/${pid}/fd`).length;
    await withdraw(sockets);
    const sinceMs = performance.now();
    await ask(node, 'www.drill.test.', 'A', { tcp: true, timeoutMs: RECOVERY_MS });
    const tookMs = performance.now() - sinceMs;
    const { tcpEvicted = 0 } = await counters();
    return `limit ${LIMIT}, ${before} in use before and ${most} under ${sockets.length} connections, ${tcpEvicted} made room, TCP answers ${tookMs.toFixed(0)} ms after`;
  },
};
