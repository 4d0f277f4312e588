/**
 * Screens that look on: streams of the admin API's events, opened from a process of their own, so that reading them takes no time from
 * those who measure. As a program: `node onlookers.ts URL COUNT` prints `open` when all are there, reads until its input ends, then says
 * how many events it was sent.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';

/** Streams under way at once while they are opened: a listener's queue holds 511. */
const OPENING_MAX = 100;
/** Addresses from which they come. */
const SOURCES = 200;

/** Owner of the process. */
export class Onlookers {
  readonly #child: ChildProcessWithoutNullStreams;
  #said = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  /** Resolves when `count` streams are open at the node with this admin URL; rejects when they cannot be. */
  static async gather(adminUrl: string, count: number): Promise<Onlookers> {
    const child = spawn(process.execPath, [import.meta.filename, adminUrl, String(count)]);
    const onlookers = new Onlookers(child);
    let trouble = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      trouble += text;
    });
    const ended = once(child, 'close').then(() => true);
    while (!onlookers.#said.startsWith('open')) {
      const hasEnded = await Promise.race([once(child.stdout, 'data').then(() => false), ended]);
      if (hasEnded) throw new Error(`${count} streams could not be opened: ${trouble.slice(0, 500)}`);
    }
    return onlookers;
  }

  /** Closes all, and tells how many events they were sent together. */
  async leave(): Promise<number> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
    return Number(/events (\d+)/.exec(this.#said)?.[1] ?? Number.NaN);
  }
}

async function look(url: string, count: number): Promise<void> {
  let events = 0;
  let opened = 0;
  const open = () =>
    new Promise<void>((resolve, reject) => {
      // Screens of many machines, as far as the limit on requests of one goes; elsewhere than on Linux 127.0.0.1 is all there is.
      const localAddress = process.platform === 'linux' ? `127.2.0.${1 + (opened++ % SOURCES)}` : '127.0.0.1';
      get(`${url}/api/v1/events`, { agent: false, localAddress }, (stream) => {
        if (stream.statusCode !== 200) reject(new Error(`status ${stream.statusCode}`));
        stream.on('error', () => {});
        stream.setEncoding('latin1').on('data', (text: string) => {
          events += text.split('\nevent: event\n').length - 1;
        });
        resolve();
      }).on('error', reject);
    });
  for (let left = count; left > 0; left -= OPENING_MAX) {
    await Promise.all(Array.from({ length: Math.min(left, OPENING_MAX) }, open));
  }
  console.log('open');
  process.stdin.resume();
  await once(process.stdin, 'end');
  console.log(`events ${events}`);
  process.exit(0);
}

if (import.meta.main) await look(process.argv[2]!, Number(process.argv[3]));
