/** Queries that meet a bug of ours, and queries that end their worker, in the middle of honest ones. */

import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery } from '../tools/dns-client.ts';
import type { Drill } from './drill.ts';

const SECONDS = 8;
const PRELOAD = join(import.meta.dirname, 'injected-bug.mjs');
/** A worker that ends takes what sat in its queue along, and no more: its socket is closed for it. */
const DEATHS = 3;

/** Query of death and death of workers (08-faults). */
export const QUERY_OF_DEATH: Drill = {
  name: 'query-of-death',
  // All of the stream comes from one port and so to one worker, whose queue is lost with it.
  sharesMin: { udp: 0.9 },
  node: { env: { NODE_OPTIONS: `--import ${PRELOAD}` } },
  run: async ({ node, scale, counters }) => {
    const socket = createSocket('udp4');
    const send = (name: string) => socket.send(buildQuery(name, 'A'), node.dnsPort, '127.0.0.1');
    const endMs = performance.now() + Math.max(4, SECONDS * scale) * 1000;
    let bugs = 0;
    for (; performance.now() < endMs - 2_000; bugs++) {
      send('death.drill.test.');
      await sleep(50);
    }
    const deaths = Math.max(1, Math.round(DEATHS * scale));
    for (let i = 0; i < deaths; i++) {
      const before = deathsIn(node.logs);
      // Again where the one who met it was leaving anyway, which is no death.
      for (let tries = 0; tries < 10 && deathsIn(node.logs) === before; tries++) {
        send('exit.drill.test.');
        await sleep(700);
      }
    }
    socket.close();
    await node.waitForText('worker-died');
    await node.waitFor('the successor of a worker that died', () => !Number.isNaN(backAfterMs(node.logs)));
    const back = backAfterMs(node.logs);
    const { answerBugs = 0 } = await counters();
    if (answerBugs === 0) throw new Error('no query met the injected bug');
    return `${bugs} queries of death, ${answerBugs} of them met the bug, workers ended ${deaths} times, the first one back after ${back} ms`;
  },
};

function deathsIn(logs: readonly Record<string, unknown>[]): number {
  return logs.filter(({ event }) => event === 'worker-died').length;
}

/** Milliseconds from the first death of a worker to its successor's first answers, by the log; later ones wait for their back-off. */
function backAfterMs(logs: readonly Record<string, unknown>[]): number {
  const died = logs.find(({ event }) => event === 'worker-died');
  const back = logs.find(
    ({ event, role, index, time }) =>
      event === 'worker-replaced' && role === died?.role && index === died?.index && String(time) > String(died?.time),
  );
  return Date.parse(String(back?.time)) - Date.parse(String(died?.time));
}
