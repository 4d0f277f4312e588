import { describe, expect, it } from 'vitest';
import { isQuorate, type ModeInput, nextMode, startingMode } from '../../../src/health/node-mode.ts';

const good: ModeInput = {
  connection: 'connected',
  reset: false,
  isComplete: false,
  knownRegions: 3,
  freshRegions: 3,
  sight: 'off',
};
/** A node that has been NORMAL since 2000. */
const normal = nextMode(nextMode(startingMode(0), good, 0), good, 2000);

describe('the mode of a node', () => {
  it('is HOLD at boot and until regions have been heard for two seconds', () => {
    const starting = startingMode(0);
    expect(starting).toMatchObject({ mode: 'HOLD', reason: 'starting' });
    expect(nextMode(starting, { ...good, connection: 'connecting', freshRegions: 0 }, 5)).toBe(starting);
    expect(nextMode(starting, { ...good, knownRegions: 0, freshRegions: 0 }, 60_000)).toMatchObject({
      reason: 'starting',
    });
    const heard = nextMode(starting, good, 100);
    expect(heard.mode).toBe('HOLD');
    expect(nextMode(heard, good, 2099).mode).toBe('HOLD');
    expect(nextMode(heard, good, 2100)).toEqual({
      mode: 'NORMAL',
      reason: null,
      sinceMs: 2100,
      goodSinceMs: 2100,
      turnSinceMs: null,
    });
  });

  it('is NORMAL at once after a boot beside a store in use, but never sooner after a loss', () => {
    const complete = { ...good, isComplete: true };
    expect(nextMode(startingMode(0), complete, 5).mode).toBe('NORMAL');
    expect(nextMode(startingMode(0), { ...complete, freshRegions: 1 }, 5)).toMatchObject({ reason: 'minority' });
    const lost = nextMode(normal, { ...complete, connection: 'lost' }, 5000);
    expect(nextMode(lost, complete, 5001).mode).toBe('HOLD');
  });

  it.each<[string, Partial<ModeInput>]>([
    ['store-lost', { connection: 'lost' }],
    ['store-reset', { reset: true }],
    ['agents-gone', { freshRegions: 0 }],
    ['minority', { freshRegions: 1 }],
  ])('becomes HOLD at once: %s', (reason, input) => {
    expect(normal.mode).toBe('NORMAL');
    const held = nextMode(normal, { ...good, ...input }, 5000);
    expect(held).toMatchObject({ mode: 'HOLD', reason, sinceMs: 5000 });
  });

  it('begins the two seconds anew when the fault comes back', () => {
    const lost = nextMode(normal, { ...good, connection: 'lost' }, 5000);
    const back = nextMode(lost, good, 6000);
    const lostAgain = nextMode(back, { ...good, connection: 'lost' }, 7000);
    expect(lostAgain).toMatchObject({ mode: 'HOLD', sinceMs: 5000, goodSinceMs: null });
    const backAgain = nextMode(lostAgain, good, 7500);
    expect(nextMode(backAgain, good, 9499).mode).toBe('HOLD');
    expect(nextMode(backAgain, good, 9500).mode).toBe('NORMAL');
  });

  it('changes its reason without beginning anew', () => {
    const lost = nextMode(normal, { ...good, connection: 'lost' }, 5000);
    expect(nextMode(lost, { ...good, reset: true }, 6000)).toMatchObject({ reason: 'store-reset', sinceMs: 5000 });
  });

  it('is the same object while nothing changes', () => {
    expect(nextMode(normal, good, 9000)).toBe(normal);
    const lost = nextMode(normal, { ...good, connection: 'lost' }, 5000);
    expect(nextMode(lost, { ...good, connection: 'lost' }, 9000)).toBe(lost);
  });
});

describe('a quorum of regions', () => {
  it('is half of those known, so that of two regions the survivor may act, and never none', () => {
    expect([isQuorate(1, 1), isQuorate(1, 2), isQuorate(2, 3), isQuorate(2, 4)]).toEqual([true, true, true, true]);
    expect([isQuorate(0, 0), isQuorate(1, 3), isQuorate(2, 5), isQuorate(0, 1)]).toEqual([false, false, false, false]);
  });
});

describe('a node that hears nothing for long', () => {
  const lost: ModeInput = { ...good, connection: 'lost', sight: 'untried' };
  const held = nextMode(normal, lost, 5_000);
  const alone = nextMode(held, lost, 605_000);

  it('holds for ten minutes, then looks for itself; without eyes it holds on', () => {
    expect(nextMode(held, lost, 604_999)).toBe(held);
    expect(alone).toMatchObject({ mode: 'SELF', reason: 'store-lost', sinceMs: 605_000 });
    expect(nextMode(held, { ...lost, sight: 'off' }, 1e9)).toBe(held);
    expect(nextMode(alone, lost, 700_000)).toBe(alone);
  });

  it('is blind when it sees nothing for 15 seconds, and sees again in the same way', () => {
    const first = nextMode(alone, { ...lost, sight: 'blind' }, 610_000);
    expect(first.mode).toBe('SELF');
    expect(nextMode(first, { ...lost, sight: 'sees' }, 612_000)).toMatchObject({ mode: 'SELF', turnSinceMs: null });
    expect(nextMode(first, { ...lost, sight: 'blind' }, 624_999).mode).toBe('SELF');
    const blind = nextMode(first, { ...lost, sight: 'blind' }, 625_000);
    expect(blind).toMatchObject({ mode: 'BLIND', reason: 'store-lost', sinceMs: 625_000 });
    const seeing = nextMode(blind, { ...lost, sight: 'sees' }, 630_000);
    expect(seeing.mode).toBe('BLIND');
    expect(nextMode(seeing, { ...lost, sight: 'sees' }, 645_000).mode).toBe('SELF');
  });

  it('believes the agents again two seconds after they are heard, from wherever it is', () => {
    const heard = nextMode(alone, { ...good, sight: 'sees' }, 610_000);
    expect(heard.mode).toBe('SELF');
    expect(nextMode(heard, { ...good, sight: 'sees' }, 612_000).mode).toBe('NORMAL');
    expect(nextMode(heard, lost, 611_000)).toMatchObject({ mode: 'SELF', goodSinceMs: null });
  });
});
