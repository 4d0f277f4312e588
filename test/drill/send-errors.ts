/**
 * The kernel refuses to send: now and then, for a while altogether, and as a firewall does. `strace` makes the calls fail, so
 * that the whole way from errno to counter is gone. A query that is lost has its place in a counter, and none is lost after.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { UDP_SENDS_PENDING_MAX } from '../../src/base/limits.ts';
import { streamDuring } from '../tools/query-stream.ts';
import { findTool } from '../tools/tool-finder.ts';
import type { Drill, DrillGround } from './drill.ts';

const SECONDS_EACH = 4;
const PER_SECOND = 500;
/** While every call fails nobody is answered, and a firewall that refuses every fourth answer takes that many away. */
const UDP_SHARE_MIN = 0.25;
const LOST_AFTER_MS = 500;
const ATTACHED_WITHIN_MS = 5_000;
/** A bare sendmmsg, or libuv's. */
const SEND_CALLS = 'sendmmsg,sendmsg';

/** ENOBUFS and EPERM on send (08-faults), where answers go out in batches. */
export const SEND_ERRORS: Drill = sendErrors('send-errors', 'mmsg');
/** The same through Node's sockets. */
export const SEND_ERRORS_DGRAM: Drill = sendErrors('send-errors-dgram', 'dgram');

function sendErrors(name: string, transport: string): Drill {
  return {
    name,
    node: { transport },
    inFullOnly: transport === 'dgram',
    sharesMin: { udp: UDP_SHARE_MIN },
    lacks: () => (canTrace() ? null : 'strace is not here, or may not trace'),
    run: async (ground) => {
      // libuv keeps what the kernel has no room for, so that these come late and are neither lost nor dropped.
      const lateMax = transport === 'mmsg' ? 0 : UDP_SENDS_PENDING_MAX;
      const some = await refuse(ground, 'ENOBUFS', '1+3', lateMax);
      const all = await refuse(ground, 'ENOBUFS', '1+', lateMax);
      const filtered = await refuse(ground, 'EPERM', '1+4', 0);
      // Batches are tried again; Node's sockets have no second try.
      if (transport === 'mmsg' && some.lost > 0) throw new Error(`${some.lost} queries lost to a passing ENOBUFS`);
      if (all.dropped === 0 && all.lost > lateMax) throw new Error('answers without room were not counted as dropped');
      if (filtered.failed === 0) throw new Error('answers that a firewall refused were not counted');
      const after = await refuse(ground, null, '', 0);
      if (after.lost > 0) throw new Error(`${after.lost} queries lost after the errors`);
      const words = (what: string, { sent, lost, dropped, failed }: Refusal) =>
        `${what}: ${lost} of ${sent} lost, ${dropped} counted dropped, ${failed} failed`;
      return [
        words('ENOBUFS every third call', some),
        words('ENOBUFS always', all),
        words('EPERM every fourth', filtered),
        words('after', after),
      ].join('; ');
    },
  };
}

/** What one phase cost the drill's own stream, and what the node counted. */
type Refusal = { readonly sent: number; readonly lost: number; readonly dropped: number; readonly failed: number };

/** A stream while sends fail with `error` (null: they do not) at the calls that `when` means to strace. Each loss beyond `lateMax` must be counted. */
async function refuse(
  { node, counters, scale }: DrillGround,
  error: string | null,
  when: string,
  lateMax: number,
): Promise<Refusal> {
  const before = await counters();
  const tracer = error === null ? null : await attach(node.child.pid!, error, when);
  const questions = [{ name: 'www.drill.test.', type: 'A' }];
  const options = { questions, perSecond: PER_SECOND, lostAfterMs: LOST_AFTER_MS };
  const { sent, lost } = await streamDuring(node, options, async () => {
    await sleep(Math.max(500, SECONDS_EACH * scale * 1000));
  });
  if (tracer !== null) await detach(tracer);
  const after = await counters();
  const dropped = (after.udpSendDropped ?? 0) - (before.udpSendDropped ?? 0);
  const failed = (after.udpSendFailed ?? 0) - (before.udpSendFailed ?? 0);
  if (lost > dropped + failed + lateMax)
    throw new Error(`${lost} queries lost to ${error}, and only ${dropped + failed} counted`);
  return { sent, lost, dropped, failed };
}

/** strace on every thread of `pid`, failing calls that send. */
async function attach(pid: number, error: string, when: string): Promise<ChildProcess> {
  const inject = `inject=${SEND_CALLS}:error=${error}:when=${when}`;
  const args = ['-f', '-o', '/dev/null', '-e', `trace=${SEND_CALLS}`, '-e', inject, '-p', String(pid)];
  const tracer = spawn(findTool('strace')!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  tracer.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (const endMs = performance.now() + ATTACHED_WITHIN_MS; !said.includes('attached'); await sleep(10)) {
    if (performance.now() < endMs && tracer.exitCode === null) continue;
    tracer.kill('SIGKILL');
    throw new Error(`strace did not attach: ${said}`);
  }
  return tracer;
}

async function detach(tracer: ChildProcess): Promise<void> {
  const ended = once(tracer, 'exit');
  tracer.kill('SIGINT');
  await ended;
}

function canTrace(): boolean {
  const strace = findTool('strace');
  return strace !== null && spawnSync(strace, ['-f', '-o', '/dev/null', 'true']).status === 0;
}
