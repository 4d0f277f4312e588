/**
 * Whoever scrapes a node, as a process of its own, so that reading takes no time from those who measure. As a program: `node scraper.ts
 * URL` scrapes time and again until its input ends, then prints how many milliseconds each scrape took.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Prometheus scrapes every 15 s or so; as often as this, one query in ten meets a scrape. */
const PAUSE_MS = 450;

/** Begins to scrape `adminUrl`; what it returns ends that and resolves with the milliseconds of each scrape. */
export function startScraper(adminUrl: string): () => Promise<number[]> {
  const child = spawn(process.execPath, [import.meta.filename, adminUrl], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const closed = once(child, 'close');
  return async () => {
    child.stdin.end();
    await closed;
    return JSON.parse(said) as number[];
  };
}

async function scrape(adminUrl: string): Promise<void> {
  const took: number[] = [];
  let isOver = false;
  process.stdin.resume().once('end', () => {
    isOver = true;
  });
  for (; !isOver; await sleep(PAUSE_MS)) {
    const beganMs = performance.now();
    const text = await (await fetch(`${adminUrl}/metrics`)).text();
    took.push(performance.now() - beganMs);
    if (!text.includes('meridian_endpoint_answers_total{')) throw new Error('the scrape tells of no endpoint');
  }
  console.log(JSON.stringify(took));
}

if (import.meta.main) await scrape(process.argv[2]!);
