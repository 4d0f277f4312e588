/**
 * A process with room for 64 descriptors: told so at its start, at run time, and then left without a single one. UDP does not
 * notice; TCP serves more connections than there is room for by closing whom it hears least, stands still while there is no
 * descriptor at all, and is there again within a second.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../tools/dns-client.ts';
import { findTool } from '../tools/tool-finder.ts';
import { attack, withdraw } from './attackers.ts';
import type { Drill, DrillGround } from './drill.ts';
import { untilInForce } from './in-force.ts';

const CONNECTIONS = 400;
const SECONDS = 6;
const LIMIT = 64;
const RECOVERY_MS = 1_000;
/** Of clients that ask while others crowd in, how many get their answer the first time. */
const TCP_SHARE_MIN = 0.9;
/** Without descriptors nobody is served over TCP, for a part of the drill. */
const TCP_SHARE_MIN_EXHAUSTED = 0.3;
const ASKED_IN_CROWD = 20;
const lacks = () => (findTool('prlimit') === null ? 'prlimit is not here: util-linux has it' : null);

/** Started under `prlimit --nofile=64` (08-faults), and reloaded in a crowd of connections. */
export const FEW_DESCRIPTORS_AT_START: Drill = {
  name: 'few-descriptors-at-start',
  lacks,
  node: { under: ['prlimit', `--nofile=${LIMIT}:${LIMIT}`] },
  sharesMin: { tcp: TCP_SHARE_MIN },
  run: async (ground) => {
    const { words, sockets } = await crowd(ground);
    const { node } = ground;
    node.writeZone('more.test.yaml', "'': {type: NS, value: ns.more.test.}\nwww: {type: A, value: 192.0.2.8}\n");
    const reloaded = await node.change('POST', '/api/v1/reload');
    if (reloaded.status !== 200) throw new Error(`the reload was answered with ${reloaded.status}`);
    await untilInForce(node, 'www.more.test.', '192.0.2.8');
    return `${words}, reloaded meanwhile; ${await recover(ground, sockets)}`;
  },
};

/** Descriptors exhausted at run time (08-faults). */
export const FEW_DESCRIPTORS: Drill = {
  name: 'few-descriptors',
  lacks,
  sharesMin: { tcp: TCP_SHARE_MIN_EXHAUSTED },
  run: async (ground) => {
    const { node, scale, counters } = ground;
    limit(node.child.pid!, LIMIT);
    const { words, sockets } = await crowd(ground);
    const recovered = await recover(ground, sockets);
    const before = (await counters()).tcpNoDescriptors ?? 0;
    const udpBefore = (await counters()).queriesUdp ?? 0;
    // Not one left: a number is free only below the limit.
    limit(node.child.pid!, 1);
    const newcomers = Array.from({ length: ASKED_IN_CROWD }, (_, index) => attack(node.dnsPort, index));
    await sleep(Math.max(1_000, (SECONDS * scale * 1000) / 2));
    limit(node.child.pid!, LIMIT);
    const again = await recover(ground, newcomers);
    const { tcpNoDescriptors = 0, queriesUdp = 0 } = await counters();
    if (tcpNoDescriptors === before) throw new Error('nothing counted that there were no descriptors');
    return `${words}, ${recovered}; none left: ${queriesUdp - udpBefore} queries over UDP, ${tcpNoDescriptors - before} looks without a descriptor, ${again}`;
  },
};

/** More connections than there is room for, silent ones; somebody asks over TCP all the while. */
async function crowd({ node, scale, counters }: DrillGround): Promise<{ words: string; sockets: Socket[] }> {
  const before = openDescriptors(node.child.pid!);
  // One look at the descriptors later the pool knows.
  await sleep(500);
  const sockets = Array.from({ length: Math.max(100, CONNECTIONS * scale) }, (_, index) => attack(node.dnsPort, index));
  let most = 0;
  let answered = 0;
  for (let asked = 0; asked < ASKED_IN_CROWD; asked++) {
    const reply = await ask(node, 'www.drill.test.', 'A', { tcp: true, timeoutMs: RECOVERY_MS }).catch(() => null);
    if (reply?.rcode === 0) answered++;
    most = Math.max(most, openDescriptors(node.child.pid!));
    await sleep((Math.max(1, SECONDS * scale) * 1000) / ASKED_IN_CROWD);
  }
  if (answered < ASKED_IN_CROWD * TCP_SHARE_MIN) throw new Error(`${answered} of ${ASKED_IN_CROWD} answered over TCP`);
  if (most > LIMIT) throw new Error(`${most} descriptors in use`);
  const { tcpEvicted = 0 } = await counters();
  if (tcpEvicted === 0) throw new Error('no silent connection made room');
  const words = `limit ${LIMIT}, ${before} in use before and ${most} under ${sockets.length} connections, ${tcpEvicted} made room, ${answered} of ${ASKED_IN_CROWD} asked over TCP answered`;
  return { words, sockets };
}

/** How long TCP takes to be there again, in words; throws if that is longer than it may. */
async function recover({ node }: DrillGround, sockets: readonly Socket[]): Promise<string> {
  const sinceMs = performance.now();
  await withdraw(sockets);
  for (;;) {
    const reply = await ask(node, 'www.drill.test.', 'A', { tcp: true, timeoutMs: 200 }).catch(() => null);
    const tookMs = performance.now() - sinceMs;
    if (reply?.rcode === 0 && tookMs <= RECOVERY_MS) return `TCP answers ${tookMs.toFixed(0)} ms after`;
    if (tookMs > RECOVERY_MS) throw new Error(`TCP does not answer within ${RECOVERY_MS} ms`);
    await sleep(20);
  }
}

function limit(pid: number, descriptors: number): void {
  const limited = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${descriptors}:${LIMIT}`]);
  if (limited.status !== 0) throw new Error(`prlimit: ${limited.stderr}`);
}

function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
