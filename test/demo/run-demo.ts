/**
 * `npm run demo`: three regions, their agents and two DNS nodes on this machine, and keys to make a region fail, slow or drained; every
 * change of what clients get is printed as it happens. `--script` fails and heals a region by itself and ends with 0 when the answers
 * followed.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENTS_OF, REGIONS, type Region, WWW } from '../tools/cluster.ts';
import { startWatchdog } from './demo-watchdog.ts';
import { type Condition, type DemoWorld, ENDPOINTS_OF, SLOW_MS, startDemo } from './demo-world.ts';

const LOOK_MS = 250;
/** A terminal is at least so wide; longer lines are cut. */
const COLUMNS_MIN = 40;
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
  const line = `${seconds} s  ${text}`;
  const { columns } = process.stdout;
  const room = Math.max(COLUMNS_MIN, columns ?? Number.POSITIVE_INFINITY);
  process.stdout.write(`${line.length <= room ? line : `${line.slice(0, room - 1)}…`}\n`);
}

/** Narrow enough for a small terminal. */
function introduce({ cluster, redis }: DemoWorld): void {
  const [node] = cluster.nodes;
  const row = (what: string, cells: readonly string[]) =>
    `  ${what.padEnd(14)}${cells.map((cell, i) => cell.padEnd(REGIONS[i]!.length + 2)).join('')}`.trimEnd();
  const cells = (kind: number) => REGIONS.map((region) => KEYS[region][kind]!);
  process.stdout.write(
    [
      '\n',
      `Console    ${cluster.nodes.map(({ adminUrl }) => adminUrl).join('\n           ')}\n`,
      '           Open one: its map recolours as regions fail and heal.\n',
      `Token      ${node!.adminToken}, for changes on the page\n`,
      `State      ${redis === null ? 'no redis-server here: each node checks for itself' : redis.url}\n`,
      'As a client in eu-west:\n',
      `  dig @${node!.dnsHost} -p ${node!.dnsPort} ${WWW} \\\n    +short +subnet=${CLIENTS_OF['eu-west'].v4}\n\n`,
      `${row('Key', REGIONS)}\n`,
      `${row('fail or heal', cells(0))}\n`,
      `${row('slow or not', cells(1))}\n`,
      `${row('drain or not', cells(2))}\n`,
      '  q             ends\n\n',
    ].join(''),
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

/** Resolves when the operator has seen enough. */
function keysUntilEnd(world: DemoWorld): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  // The end of what a pipe has to say is no key.
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

/** Resolves when somebody, or the end of the terminal, asks for an end; from the first moment on. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

async function play(isOver: Promise<void>): Promise<void> {
  say('starting; some seconds');
  // Whoever loses patience meanwhile waits until what was started can be ended in order.
  let hasEnded = false;
  void isOver.then(() => {
    hasEnded = true;
  });
  const world = await startDemo().catch((error: unknown) => {
    // What a terminal tells all of its processes, those that are starting have heard too.
    if (hasEnded) return null;
    throw error;
  });
  if (world === null) return;
  if (!hasEnded) introduce(world);
  const watching = watchAnswers(world, () => hasEnded);
  try {
    await Promise.race([isOver, process.argv.includes('--script') ? playScript(world) : keysUntilEnd(world)]);
  } finally {
    hasEnded = true;
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdin.pause();
    await watching;
    await world.stop();
  }
}

startWatchdog();
// A terminal that is closed takes no more words.
process.stdout.on('error', () => {});
try {
  await play(untilSignal());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
