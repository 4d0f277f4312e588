import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { SnapshotSync } from '../../../src/redis/snapshot-sync.ts';
import { type Refusal, type SnapshotsRead, StoreError } from '../../../src/redis/state-store.ts';

/** A store whose readings end when told to. */
class SlowStore extends MemoryStore {
  readings = 0;
  end: (error?: Error) => void = () => {};

  override async readSnapshots(): Promise<SnapshotsRead> {
    this.readings++;
    await new Promise<void>((resolve, reject) => {
      this.end = (error) => (error ? reject(error) : resolve());
    });
    return super.readSnapshots();
  }
}

function world() {
  const store = new SlowStore();
  const reads: SnapshotsRead[] = [];
  const refused: Refusal[] = [];
  const clock = { now: 0, monotonicMs: () => clock.now, wallMs: () => clock.now };
  const sync = new SnapshotSync({
    store,
    clock,
    onRead: (read) => reads.push(read),
    onRefused: (refusal) => refused.push(refusal),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const at = async (ms: number, isLacking = false, error?: Error) => {
    clock.now = ms;
    sync.tick(isLacking);
    store.end(error);
    await settle();
  };
  return { store, reads, refused, clock, sync, settle, at };
}

describe('snapshots are read', () => {
  it('at the start, then every 30 s', async () => {
    const { reads, at } = world();
    for (const ms of [0, 1, 29_999]) await at(ms);
    expect(reads).toHaveLength(1);
    await at(30_000);
    expect(reads).toHaveLength(2);
  });

  it('after a gap and while one is missing, at most every 2 s', async () => {
    const { reads, at, sync } = world();
    await at(0);
    sync.noteGap();
    await at(1_999);
    expect(reads).toHaveLength(1);
    await at(2_000);
    expect(reads).toHaveLength(2);
    await at(3_000, true);
    await at(4_000, true);
    expect(reads).toHaveLength(3);
  });

  it('one at a time, however long one takes', async () => {
    const { store, reads, clock, sync, settle } = world();
    sync.tick(true);
    for (clock.now = 0; clock.now < 100_000; clock.now += 5_000) sync.tick(true);
    expect(store.readings).toBe(1);
    store.end();
    await settle();
    expect(reads).toHaveLength(1);
  });

  it('again soon when a reading fails, which is told unless the store is lost', async () => {
    const { store, reads, refused, at } = world();
    await at(0, false, new StoreError('bad'));
    expect(refused).toEqual([{ source: 'snapshots', reason: 'bad' }]);
    store.setConnected(false);
    await at(2_000);
    expect(store.readings).toBe(1);
    store.setConnected(true);
    await at(3_000);
    expect(reads).toHaveLength(1);
  });

  it('no more once closed, and what was under way is dropped', async () => {
    const { store, reads, sync, settle, at } = world();
    sync.tick(true);
    sync.close();
    store.end();
    await settle();
    await at(60_000, true);
    expect(reads).toEqual([]);
    expect(store.readings).toBe(1);
  });
});
