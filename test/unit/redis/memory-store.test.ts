import { describe, expect, it } from 'vitest';
import { AGENTS_MAX, NODES_MAX } from '../../../src/base/limits.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { StoreError } from '../../../src/redis/state-store.ts';

const snapshot = (agent: string) => ({ agent, region: 'r', boot: 'b', seq: 1, intervalMs: 5000, reports: [] });

describe('the in-process store (what it promises with Redis is in the conformance suite)', () => {
  it('acts out a loss: refuses while lost, and tells of a gap when it is back', async () => {
    const store = new MemoryStore();
    const gaps: boolean[] = [];
    const states: string[] = [];
    store.subscribe((batch) => gaps.push(batch.gap));
    store.onState((state) => states.push(state));
    await store.publishSnapshot(snapshot('a'));
    store.setConnected(false);
    expect(store.trouble).not.toBeNull();
    await expect(store.readSnapshots()).rejects.toThrow(StoreError);
    store.setConnected(true);
    expect(states).toEqual(['lost', 'connected']);
    expect(gaps.at(-1)).toBe(true);
    expect((await store.readSnapshots()).snapshots).toEqual([snapshot('a')]);
    store.clear();
    expect(await store.readSnapshots()).toEqual({ snapshots: [], refused: [], epoch: 0 });
  });

  it('holds no more agents and nodes than it may', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < AGENTS_MAX; i++) await store.publishSnapshot(snapshot(`a${i}`));
    await expect(store.publishSnapshot(snapshot('late'))).rejects.toThrow(/AGENTS_MAX/);
    await store.publishSnapshot(snapshot('a0'));
    const status = { boot: 'b', seq: 1, version: '', mode: 'NORMAL', modeReason: null, listen: [] } as const;
    const counts = { modeHeldMs: 0, uptimeMs: 0, zones: 0, checksUp: 0, checksDown: 0, checksUnknown: 0 };
    const lists = { downChecks: [], unknownChecks: [] };
    const node = (name: string) => ({ node: name, ...status, ...counts, ...lists, regionsFresh: 0, regionsKnown: 0 });
    for (let i = 0; i < NODES_MAX; i++) await store.publishNode(node(`n${i}`));
    await expect(store.publishNode(node('late'))).rejects.toThrow(/NODES_MAX/);
  });
});
