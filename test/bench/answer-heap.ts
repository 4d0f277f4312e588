/**
 * Millions of answers, timed as workers time theirs, and what they did to the heap: nothing of ours is left there, and the young generation is never swept for
 * them. Part of `npm run bench:micro`; alone, `node test/bench/answer-heap.ts CALLS SPANS` prints a line of JSON for each kind of query and span.
 */

import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { answerQuery } from '../../src/answer/answer-query.ts';
import { createCounters } from '../../src/answer/counters.ts';
import { Transport } from '../../src/answer/transaction.ts';
import { createServiceTimes, ServiceTimer } from '../../src/server/service-times.ts';
import { Feed, policyOf, queryMixes } from './micro-mixes.ts';
import { type MicroTables, makeMicroTables, openCityData } from './micro-tables.ts';

/** What one span of `calls` answers of one kind did; `grownBytes` is the growth of the heap in use, `collections` are of any kind. */
export type HeapReport = {
  readonly label: string;
  readonly calls: number;
  readonly grownBytes: number;
  readonly collections: number;
};

const TIMER_WARM_UP = 3_000_000;

/**
 * Answers `spans` times `calls` queries of each kind, after a tenth as many to warm up. What the first span still finds uncompiled, where the
 * compiler's thread gets no processor, makes objects; what answering itself makes shows in every span.
 */
export async function* measureHeap({ tables }: MicroTables, calls: number, spans = 1): AsyncGenerator<HeapReport> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const counters = createCounters();
  const timer = new ServiceTimer(createServiceTimes(), Transport.UDP);
  // The clock is compiled after some ten thousand samples, a minute of a busy worker.
  for (let i = 0; i < TIMER_WARM_UP; i++) {
    timer.begin();
    timer.end(1);
  }
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  for (const [label, queries] of Object.entries(queryMixes())) {
    const feed = new Feed(queries, policyOf(label));
    const answerMany = (count: number) => {
      for (let i = 0; i < count; i++) {
        feed.next();
        timer.begin();
        answerQuery(feed.tx, tables, counters);
        timer.end(1);
      }
    };
    answerMany(Math.max(100_000, calls / 10));
    for (let span = 0; span < spans; span++) {
      collect();
      await sleep(50);
      collections = 0;
      observer.observe({ entryTypes: ['gc'] });
      const before = process.memoryUsage().heapUsed;
      answerMany(calls);
      const grownBytes = process.memoryUsage().heapUsed - before;
      // Entries arrive in a later turn of the loop.
      await sleep(50);
      observer.disconnect();
      yield { label, calls, grownBytes, collections };
    }
  }
}

if (import.meta.main) {
  const tables = makeMicroTables(openCityData(), [2]);
  const [calls, spans] = process.argv.slice(2).map(Number);
  for await (const report of measureHeap(tables, calls ?? 1_000_000, spans ?? 1)) console.log(JSON.stringify(report));
}
