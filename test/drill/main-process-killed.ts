/** The whole program killed by SIGKILL and started again over what it left: files, ports, state. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type DnsServer } from '../tools/dns-client.ts';
import type { Drill } from './drill.ts';

const KILLS = 5;
const FIRST_ANSWER_MS_MAX = 30_000;
const ASKED_AFTER = 100;

/** Death of the main process (08-faults). */
export const MAIN_PROCESS_KILLED: Drill = {
  name: 'main-process-killed',
  // Nobody answers while nobody is there; what the drill promises comes after.
  sharesMin: { udp: 0, tcp: 0 },
  run: async (ground) => {
    const times: number[] = [];
    for (let i = 0; i < Math.max(1, Math.round(KILLS * ground.scale)); i++) {
      const dead = ground.node;
      dead.kill();
      await dead.ended();
      const sinceMs = performance.now();
      const [tookMs] = await Promise.all([firstAnswerMs(dead, sinceMs), ground.restart()]);
      times.push(tookMs);
      for (let asked = 0; asked < ASKED_AFTER; asked++) {
        const { rcode, answers } = await ask(ground.node, 'www.drill.test.', 'A', { tcp: asked % 10 === 0 });
        if (rcode !== 0 || answers.length !== 1) throw new Error(`after the restart: RCODE ${rcode}`);
      }
    }
    const worst = Math.max(...times);
    return `${times.length} times killed, first answer ${worst.toFixed(0)} ms after the start at the latest`;
  },
};

/** Milliseconds from `sinceMs` to the first answer from where `server` was. */
async function firstAnswerMs(server: DnsServer, sinceMs: number): Promise<number> {
  while (performance.now() - sinceMs < FIRST_ANSWER_MS_MAX) {
    const reply = await ask(server, 'www.drill.test.', 'A', { timeoutMs: 50 }).catch(() => null);
    if (reply?.rcode === 0) return performance.now() - sinceMs;
    await sleep(10);
  }
  throw new Error(`no answer within ${FIRST_ANSWER_MS_MAX} ms after the start`);
}
