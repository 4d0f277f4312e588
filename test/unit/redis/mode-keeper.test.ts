import { describe, expect, it } from 'vitest';
import { ModeKeeper } from '../../../src/redis/mode-keeper.ts';
import type { StoreState } from '../../../src/redis/state-store.ts';

const ALL = { known: 3, fresh: 3 };

function keeper(isAlone = false) {
  const store: { state: StoreState } = { state: 'connected' };
  return { store, modes: new ModeKeeper(store, isAlone, 0) };
}

/** As many snapshots, of agents who do not matter here. */
const read = (epoch: number, count: number) => ({ epoch, snapshots: Array(count).fill(null) });

describe('the mode of a node', () => {
  it('waits for agents to come, unless the store has been in use for a while or nobody else is there', () => {
    const { modes } = keeper();
    expect(modes.state).toMatchObject({ mode: 'HOLD', reason: 'starting' });
    expect(modes.noteRead(read(8, 3))).toBe(false);
    expect(modes.follow(ALL, 'off', 10).after.mode).toBe('HOLD');
    expect(modes.noteRead(read(9, 3))).toBe(false);
    expect(modes.isComplete).toBe(true);
    expect(modes.follow(ALL, 'off', 20)).toMatchObject({ after: { mode: 'NORMAL' }, isVerdictsAffair: true });
    expect(keeper(true).modes.follow(ALL, 'off', 10).after.mode).toBe('NORMAL');
  });

  it('holds when the store is behind what it was, also over a restart, until enough regions are heard anew', () => {
    const { modes } = keeper(true);
    modes.recall(50, { known: 3, fresh: 0 });
    expect(modes.noteRead(read(49, 3))).toBe(true);
    expect(modes.follow({ known: 3, fresh: 1 }, 'off', 10).after).toMatchObject({
      mode: 'HOLD',
      reason: 'store-reset',
    });
    expect(modes.noteRead(read(51, 3))).toBe(false);
    expect(modes.follow({ known: 3, fresh: 2 }, 'off', 20).after).toMatchObject({ mode: 'HOLD', goodSinceMs: 20 });
    expect(modes.follow({ known: 3, fresh: 2 }, 'off', 2_020).after.mode).toBe('NORMAL');
    expect(modes.epoch).toBe(51);
  });

  it('takes a store that is closed for lost, and tells when verdicts may change by the regions alone', () => {
    const { store, modes } = keeper(true);
    modes.follow(ALL, 'off', 10);
    expect(modes.follow(ALL, 'off', 20).isVerdictsAffair).toBe(false);
    expect(modes.follow({ known: 4, fresh: 3 }, 'off', 30).isVerdictsAffair).toBe(true);
    store.state = 'closed';
    expect(modes.follow(ALL, 'off', 40).after).toMatchObject({ mode: 'HOLD', reason: 'store-lost' });
    expect(modes.regions).toEqual(ALL);
  });
});
