import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { HeavyClients } from '../../../src/decision/heavy-clients.ts';

/** Queries of many small clients among which `big` have the shares given, per mille. */
function traffic(shares: Readonly<Record<number, number>>, small: number, seed = 5) {
  const random = new RandomStream(seed);
  const clients = new HeavyClients();
  const keys = Array.from({ length: small }, () => random.nextBits());
  const flips = new Map<number, number>();
  const state = new Map<number, boolean>();
  const run = (queries: number, now = shares) => {
    const heavy = new Set<number>();
    for (let i = 0; i < queries; i++) {
      let at = random.nextBelow(1000);
      let key = keys[random.nextBelow(small)]!;
      for (const [big, share] of Object.entries(now)) {
        if (at >= 0 && at < share) key = Number(big);
        at -= share;
      }
      const isHeavy = clients.note(key);
      if (isHeavy) heavy.add(key);
      if (isHeavy !== (state.get(key) ?? false)) flips.set(key, (flips.get(key) ?? 0) + 1);
      state.set(key, isHeavy);
    }
    return heavy;
  };
  return { clients, run, flips };
}

const BIG = 0x9badcafe;
const MIDDLE = 0x12345678;

describe('heavy clients', () => {
  it('are those above one in a hundred, once enough is counted', () => {
    const { run } = traffic({ [BIG]: 20, [MIDDLE]: 6 }, 20_000);
    expect(run(16_000)).toEqual(new Set());
    expect(run(1_000_000)).toEqual(new Set([BIG]));
  });

  it('are found among a million prefixes that never come again', () => {
    const random = new RandomStream(3);
    const clients = new HeavyClients();
    let found = 0;
    let asked = 0;
    for (let i = 0; i < 400_000; i++) {
      const isBig = i % 66 === 0;
      const isHeavy = clients.note(isBig ? BIG : random.nextBits());
      if (!isBig) expect(isHeavy).toBe(false);
      else if (i > 40_000) {
        asked++;
        if (isHeavy) found++;
      }
    }
    expect(found).toBe(asked);
  });

  it('are all found when there are eighty of them', () => {
    const random = new RandomStream(8);
    const big = Array.from({ length: 80 }, () => random.nextBits());
    const clients = new HeavyClients();
    const found = new Set<number>();
    for (let i = 0; i < 400_000; i++) {
      const key = i % 100 < 96 ? big[random.nextBelow(80)]! : random.nextBits();
      if (clients.note(key)) found.add(key);
    }
    expect(found).toEqual(new Set(big));
  });

  it('do not flip to and fro at the limit: one becomes heavy above 1 % and stays so above half of that', () => {
    const { run, flips } = traffic({ [BIG]: 10 }, 20_000);
    run(2_000_000);
    run(1_000_000, { [BIG]: 8 });
    expect(flips.get(BIG) ?? 0).toBeLessThanOrEqual(1);
  });

  it('are forgotten when they have become small', () => {
    const { run } = traffic({ [BIG]: 50 }, 20_000);
    expect(run(100_000)).toEqual(new Set([BIG]));
    run(200_000, { [BIG]: 2 });
    expect(run(100_000, { [BIG]: 2 })).toEqual(new Set());
  });
});
