/** The stream that counts lost queries during faults: that it does count them. */

import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type StreamReport, streamDuring } from '../tools/query-stream.ts';

const RATE = 500;
const RUN_MS = 600;
const LOST_AFTER_MS = 300;

/** Streams to a server that answers query number n with the rcode that `reply` gives, or not at all for null. */
async function streamAgainst(reply: (n: number) => number | null, delayMs = 0): Promise<StreamReport> {
  const server = createSocket('udp4');
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const timers = new Set<NodeJS.Timeout>();
  let count = 0;
  server.on('message', (query, client) => {
    const rcode = reply(count++);
    if (rcode === null) return;
    const answer = Uint8Array.from(query);
    answer[2] = 0x84;
    answer[3] = rcode;
    const timer = setTimeout(() => {
      timers.delete(timer);
      server.send(answer, client.port, client.address);
    }, delayMs);
    timers.add(timer);
  });
  try {
    const target = { dnsHost: '127.0.0.1', dnsPort: server.address().port };
    const options = { questions: [{ name: 'a.test', type: 'A' }], perSecond: RATE, lostAfterMs: LOST_AFTER_MS };
    return await streamDuring(target, options, () => sleep(RUN_MS));
  } finally {
    for (const timer of timers) clearTimeout(timer);
    server.close();
  }
}

describe('the stream of queries', () => {
  it('keeps its rate and loses nothing to a server that answers', async () => {
    const report = await streamAgainst(() => 0);
    expect(report.sent).toBeGreaterThan((RATE * RUN_MS * 0.7) / 1000);
    expect(report.sent).toBeLessThanOrEqual((RATE * RUN_MS * 1.5) / 1000);
    expect(report).toMatchObject({ answered: report.sent, lost: 0, rcodes: { 0: report.sent } });
  });

  it('counts each query that is not answered, and each rcode', async () => {
    const report = await streamAgainst((n) => (n % 10 === 3 ? null : n % 2 === 0 ? 0 : 3));
    expect(report.lost).toBeGreaterThanOrEqual(Math.floor(report.sent / 10));
    expect(report.lost).toBeLessThanOrEqual(Math.ceil(report.sent / 10));
    expect(report.answered + report.lost).toBe(report.sent);
    expect(Object.keys(report.rcodes)).toEqual(['0', '3']);
  });

  it('counts an answer that is too late as lost', async () => {
    const report = await streamAgainst(() => 0, LOST_AFTER_MS * 3);
    expect(report).toMatchObject({ answered: 0, lost: report.sent });
  });

  it('measures how long answers take', async () => {
    const report = await streamAgainst(() => 0, 50);
    expect(report.p50Ms).toBeGreaterThan(40);
    expect(report.worstMs).toBeGreaterThanOrEqual(report.p99Ms);
  });
});
