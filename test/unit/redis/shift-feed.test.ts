import { describe, expect, it } from 'vitest';
import type { ShiftEvent } from '../../../src/redis/feed-event.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { ShiftFeed } from '../../../src/redis/shift-feed.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { shift } from '../../tools/override.ts';

const spec = endpointSpec('192.0.2.1', { region: 'eu-west' });
const WALL = shift('one').createdMs;

/** A node whose wall clock is `aheadMs` ahead. */
function world(store = new MemoryStore(), aheadMs = 0) {
  let nowMs = 0;
  const events: ShiftEvent[] = [];
  const refused: string[] = [];
  let changes = 0;
  const feed = new ShiftFeed({
    store,
    clock: { monotonicMs: () => nowMs, wallMs: () => WALL + nowMs + aheadMs },
    onChange: () => changes++,
    onRefused: ({ reason }) => refused.push(reason),
    log: (event) => events.push(event),
  });
  const pass = async (ms: number) => {
    nowMs += ms;
    feed.tick();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    feed,
    store,
    events,
    refused,
    pass,
    changes: () => changes,
    told: () => events.map(({ change, id }) => `${change} ${id}`),
  };
}

describe('the shifts of a node', () => {
  it('follow the store within two seconds, with an audit line for each change', async () => {
    const { feed, store, pass, told, changes, events } = world();
    await pass(0);
    await store.putOverride(shift('one', { factor: 0.5 }));
    await pass(2_000);
    expect(feed.shiftOf(spec)).toBe(0.5);
    expect(events[0]).toMatchObject({ event: 'shift', change: 'added', by: 'ann', reason: 'maintenance', factor: 0.5 });
    await pass(2_000);
    expect(changes()).toBe(1);
    expect(await store.removeOverride('one')).toBe(true);
    await pass(2_000);
    expect(feed.shiftOf(spec)).toBeNull();
    expect(told()).toEqual(['added one', 'removed one']);
  });

  it("are in force on a node whose clock is days ahead: by the store's clock they have just begun", async () => {
    const store = new (class extends MemoryStore {
      override async readOverrides(known: number) {
        const read = await super.readOverrides(known);
        return read === null ? null : { ...read, nowMs: WALL };
      }
    })();
    const { feed, pass } = world(store, 3 * 86_400_000);
    await store.putOverride(shift('one', { factor: 0 }));
    await pass(0);
    expect(feed.shiftOf(spec)).toBe(0);
    await pass(3_600_000);
    expect(feed.shiftOf(spec)).toBeNull();
  });

  it('end by themselves, also without the store', async () => {
    const { feed, store, pass, told } = world();
    await store.putOverride(shift('one'));
    await pass(0);
    store.setConnected(false);
    await pass(3_599_000);
    expect(feed.shiftOf(spec)).toBe(0);
    await pass(1_000);
    expect(feed.shiftOf(spec)).toBeNull();
    expect(told()).toEqual(['added one', 'expired one']);
  });

  it('survive a store that forgets, which is told again, with what it has heard meanwhile', async () => {
    const { feed, store, pass, told } = world();
    await store.putOverride(shift('one'));
    await store.putOverride(shift('two', { target: 'us-east' }));
    await pass(0);
    store.clear();
    await store.putOverride(shift('new', { target: 'ap' }));
    await pass(2_000);
    expect(feed.shiftOf(spec)).toBe(0);
    const read = await store.readOverrides(-1);
    expect(read?.overrides.map(({ id }) => id).sort()).toEqual(['new', 'one', 'two']);
    await pass(2_000);
    expect(told()).toEqual(['added one', 'added two', 'added new']);
  });

  it('survive a restart, and count down meanwhile', async () => {
    const first = world();
    await first.store.putOverride(shift('one'));
    await first.pass(1_000);
    const second = world();
    second.feed.importState(first.feed.exportState(), 600_000);
    expect(second.feed.list()).toEqual([{ override: shift('one'), leftMs: 3_600_000 - 1_000 - 600_000 }]);
    const elsewhen = world(first.store);
    elsewhen.feed.importState(first.feed.exportState(), 3 * 86_400_000);
    expect(elsewhen.feed.list()).toEqual([]);
    await elsewhen.pass(0);
    expect(elsewhen.told()).toEqual(['added one']);
    expect(elsewhen.feed.shiftOf(spec)).toBe(first.feed.shiftOf(spec));
    const third = world();
    third.feed.importState(first.feed.exportState(), -5_000);
    expect(third.feed.list()[0]?.leftMs).toBe(3_599_000);
  });
});
