/**
 * The promises of 03-health, kept by the real program in an invented world: how soon a failure is in the words that answers are
 * made from, and that nothing else ever is. Every failed expectation names the seed that replays it.
 *
 * `npm run simulate` (MERIDIAN_SIMULATION=long) does the same at full length; MERIDIAN_SEED sets another first seed.
 */

import { describe, expect, it } from 'vitest';
import { FACTOR_ONE } from '../../src/health/health-table.ts';
import { quantile } from '../tools/quantile.ts';
import type { WorldOptions } from './sim-world.ts';
import {
  everythingFails,
  failureDelays,
  lateNode,
  mistakenObservers,
  type Partition,
  partitionTrial,
  quietRounds,
  recoveryFactors,
} from './trials.ts';

const IS_LONG = process.env.MERIDIAN_SIMULATION === 'long';
const SEED = Number(process.env.MERIDIAN_SEED ?? 1);
const TIMEOUT_MS = IS_LONG ? 3_600_000 : 60_000;
/** Links on which messages are lost, doubled and overtake each other. */
const BAD_LINKS = { delayMs: [1, 200], loss: 0.01, repeats: 0.02 } as const;

function told(what: string, delays: readonly number[]): { p50: number; p99: number; max: number } {
  const sorted = delays.toSorted((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Math.round(quantile(sorted, share))) as [
    number,
    number,
    number,
  ];
  console.log(`${what}: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms over ${delays.length} trials`);
  return { p50, p99, max };
}

describe('an endpoint that dies', () => {
  it(
    'in silence is out of the words after 4 s at the median and 6 s at the 99th percentile: 1,000 trials',
    async () => {
      const { delays, falseDowns } = await failureDelays('silent', 1_000, { seed: SEED });
      const { p50, p99 } = told('silent death', delays);
      expect(p50, `seed ${SEED}`).toBeLessThanOrEqual(4_000);
      expect(p99, `seed ${SEED}`).toBeLessThanOrEqual(6_000);
      expect(falseDowns, `seed ${SEED}`).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'refusing connections is out after 2 s',
    async () => {
      const { delays } = await failureDelays('refusing', IS_LONG ? 1_000 : 250, { seed: SEED });
      expect(told('refused', delays).max, `seed ${SEED}`).toBeLessThanOrEqual(2_000);
    },
    TIMEOUT_MS,
  );

  it.each<[string, Partial<WorldOptions>]>([
    ['with 1 % of the checks lost', { probeLoss: 0.01 }],
    ['with bad links to Redis', { links: BAD_LINKS }],
    ['with both, and clocks off by 200 ms', { probeLoss: 0.01, links: BAD_LINKS, skewMs: 200 }],
  ])(
    'in silence %s is still out after 4.5 s at the median and 6.5 s at the 99th percentile',
    async (what, options) => {
      const { delays } = await failureDelays('silent', IS_LONG ? 1_000 : 200, { seed: SEED, ...options });
      const { p50, p99 } = told(`silent death ${what}`, delays);
      expect(p50, `seed ${SEED}`).toBeLessThanOrEqual(4_500);
      expect(p99, `seed ${SEED}`).toBeLessThanOrEqual(6_500);
    },
    TIMEOUT_MS,
  );
});

describe('agents whose clocks are wrong', () => {
  it(
    'by 100 s share the interval by the clock of the store: a silent death is out as soon as with good ones',
    async () => {
      const { delays } = await failureDelays('silent', IS_LONG ? 1_000 : 200, { seed: SEED, skewMs: 100_000 });
      const { p50, p99 } = told('silent death with clocks off by 100 s', delays);
      expect(p50, `seed ${SEED}`).toBeLessThanOrEqual(4_000);
      expect(p99, `seed ${SEED}`).toBeLessThanOrEqual(5_500);
    },
    TIMEOUT_MS,
  );
});

describe('a node that starts', () => {
  it(
    'beside agents at work knows at once who died since their last snapshots, and nothing false',
    async () => {
      const knownMs: number[] = [];
      for (let seed = SEED; seed < SEED + (IS_LONG ? 200 : 20); seed++) {
        const late = await lateNode({ seed, probeLoss: 0.01 });
        expect(late.falseDowns, `seed ${seed}`).toBe(0);
        // Two ways to Redis and back, and a look at the clock.
        expect(late.knownMs, `seed ${seed}`).toBeLessThanOrEqual(1_500);
        knownMs.push(late.knownMs);
      }
      told('a death known to a node after its start', knownMs);
    },
    TIMEOUT_MS,
  );
});

describe('an endpoint that is well', () => {
  const worlds = IS_LONG ? 20 : 1;
  const rounds = IS_LONG ? 50_000 : 20_000;
  it(
    `is never down at 1 % independent loss: ${(worlds * rounds).toLocaleString('en')} endpoint rounds`,
    async () => {
      let checks = 0;
      for (let seed = SEED; seed < SEED + worlds; seed++) {
        const quiet = await quietRounds(rounds, { seed, probeLoss: 0.01, links: BAD_LINKS });
        expect(quiet.falseDowns, `seed ${seed}`).toBe(0);
        checks += quiet.checks;
      }
      console.log(`${worlds * rounds} endpoint rounds, ${checks} checks, 1 % lost: no false down`);
    },
    TIMEOUT_MS,
  );

  const trials = IS_LONG ? 100 : 4;
  it.each<Partition>([
    'agent-from-redis',
    'agent-from-targets',
    'agent-from-both',
    'agent-flapping',
    'node-from-redis',
    'redis-from-all',
    'redis-flushed',
    'redis-restored',
  ])(
    'is never down by a partition: %s',
    async (partition) => {
      for (let seed = SEED; seed < SEED + trials; seed++) {
        const result = await partitionTrial(partition, { seed, probeLoss: 0.01, links: BAD_LINKS });
        expect(result, `seed ${seed}`).toEqual({ downs: 0, isNormal: true, words: true });
      }
    },
    TIMEOUT_MS,
  );
});

describe('the world as a whole', () => {
  it('keeps its endpoints when three observers of five see nothing for half a minute', async () => {
    for (let seed = SEED; seed < SEED + 5; seed++) {
      const { outMost, outAtEnd } = await mistakenObservers(30_000, { seed, probeLoss: 0.01 });
      // Half of the weight may be out for a moment, until the other half follows.
      expect(outMost, `seed ${seed}`).toBeLessThanOrEqual(10);
      expect(outAtEnd, `seed ${seed}`).toBe(0);
    }
  });

  it('is seen to fail as a whole within an interval and a second', async () => {
    for (let seed = SEED; seed < SEED + 5; seed++)
      expect(await everythingFails({ seed, endpoints: 200, probeLoss: 0.01 }), `seed ${seed}`).toBeLessThanOrEqual(
        6_000,
      );
  });

  it('gets an endpoint back by a weight that only grows', async () => {
    for (let seed = SEED; seed < SEED + 5; seed++) {
      const factors = await recoveryFactors({ seed, probeLoss: 0.01 });
      expect(factors, `seed ${seed}`).toEqual(factors.toSorted((a, b) => a - b));
      expect(factors[0], `seed ${seed}`).toBeLessThan(FACTOR_ONE / 5);
      expect(factors.at(-1), `seed ${seed}`).toBe(FACTOR_ONE);
    }
  });
});
