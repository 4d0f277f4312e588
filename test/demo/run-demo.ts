/**
 * `npm run demo`: three regions, their agents and two DNS nodes on this machine, and keys to make a region fail, slow or drained; every
 * change of what clients get is printed as it happens. `--script` fails and heals a region by itself and ends with 0 when the answers
 * followed.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENTS_OF, REGIONS, type Region, WWW } from '../tools/cluster.ts';
import { type Condition, type DemoWorld, ENDPOINTS_OF, SLOW_MS, startDemo } from './demo-world.ts';

const LOOK_MS = 250;
/** Two checks a second apart in most regions, and a busy machine's share. */
const MOVED_WITHIN_MS = 30_000;
/** Keys by region: fail or heal, slow or quick, drain or not. */
const KEYS: Readonly<Record<Region, readonly [fail: string, slow: string, shift: string]>> = {
  'us-east': ['1', 'a', 'z'],
  'eu-west': ['2', 's', 'x'],
  'ap-southeast': ['3', 'd', 'c'],
};
const startMs = performance.now();

function say(text: string): void {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${text}\n`);
}

function introduce({ cluster, redis }: DemoWorld): void {
  const [node] = cluster.nodes;
  const rows = REGIONS.map((region) => {
    const [fail, slow, shift] = KEYS[region];
    return `  ${region.padEnd(14)}${fail} fail or heal    ${slow} add ${SLOW_MS} ms or not    ${shift} drain for ten minutes or not\n`;
  });
  const state =
    redis === null
      ? 'no redis-server here: each node checks for itself'
      : `Redis at ${redis.url}, an agent in each region`;
  const dig = `dig +short @${node!.dnsHost} -p ${node!.dnsPort} ${WWW} +subnet=${CLIENTS_OF['eu-west'].v4}`;
  process.stdout.write(
    `\nconsole    ${cluster.nodes.map(({ adminUrl }) => adminUrl).join('  ')}\nstate      ${state}\nas a client in eu-west\n           ${dig}\n\n${rows.join('')}  q ends\n\n`,
  );
}

/** Prints each answer that is another than at the last look, until `isOver`. */
async function watchAnswers(world: DemoWorld, isOver: () => boolean): Promise<void> {
  let last = new Map<string, string>();
  while (!isOver()) {
    const seen = await world.answers().catch(() => last);
    for (const [who, what] of seen) {
      const [node, region] = who.split(' ');
      if (last.get(who) !== what && !isOver()) say(`${node}: clients in ${region} get ${what}`);
    }
    last = seen;
    await sleep(LOOK_MS);
  }
}

async function press(world: DemoWorld, key: string): Promise<void> {
  const region = REGIONS.find((each) => KEYS[each].includes(key));
  if (region === undefined) return;
  const kind = KEYS[region].indexOf(key);
  if (kind === 2) return say(await world.toggleShift(region));
  const wanted: Condition = kind === 0 ? 'failing' : 'slow';
  const next = world.conditionOf(region) === wanted ? 'well' : wanted;
  await world.put(region, next);
  say(
    `the endpoints of ${region} are ${next === 'slow' ? `${SLOW_MS} ms late, past their checks' timeout` : next} now`,
  );
}

/** Resolves when the operator, or whoever started us, has seen enough. */
function keysUntilEnd(world: DemoWorld): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  process.stdin.on('data', (data) => {
    for (const key of data.toString('latin1')) {
      if (key === 'q' || key === '\x03' || key === '\x04') resolve();
      else press(world, key).catch((error: unknown) => say(String(error)));
    }
  });
  return promise;
}

/** The same by itself. */
async function playScript(world: DemoWorld): Promise<void> {
  for (const region of REGIONS) await world.untilServed(region, ENDPOINTS_OF[region], MOVED_WITHIN_MS);
  say('all regions are served at home; now eu-west fails');
  await world.put('eu-west', 'failing');
  const away = await world.untilServed('eu-west', ['us'], MOVED_WITHIN_MS);
  say(`its clients get us-east after ${(away / 1000).toFixed(1)} s; now it heals`);
  await world.put('eu-west', 'well');
  const home = await world.untilServed('eu-west', ENDPOINTS_OF['eu-west'], MOVED_WITHIN_MS);
  say(`its clients are at home again after ${(home / 1000).toFixed(1)} s`);
}

say('starting; some seconds');
const world = await startDemo();
let isOver = false;
introduce(world);
const watching = watchAnswers(world, () => isOver);
try {
  await (process.argv.includes('--script') ? playScript(world) : keysUntilEnd(world));
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
} finally {
  isOver = true;
  await watching;
  await world.stop();
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.pause();
}
