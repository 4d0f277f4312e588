import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../src/console/api-client.ts';
import { LiveFeed } from '../../../src/console/live-feed.ts';

type Stream = { readonly send: (text: string) => void; readonly end: () => void };

/** A node whose streams the test writes. */
function world() {
  const streams: Stream[] = [];
  const lastIds: (string | null)[] = [];
  const node = { boot: 'b1', events: [] as object[], refusal: null as ApiError | null };
  const client = {
    get: async <T>() => {
      if (node.refusal !== null) throw node.refusal;
      return { boot: node.boot, events: node.events } as T;
    },
    open: async (_: string, signal: AbortSignal, lastId: string | null) => {
      lastIds.push(lastId);
      return new ReadableStream<Uint8Array>({
        start(controller) {
          signal.addEventListener('abort', () => controller.error(new Error('cut')));
          streams.push({
            send: (text) => controller.enqueue(new TextEncoder().encode(text)),
            end: () => controller.close(),
          });
        },
      });
    },
  };
  return { node, streams, lastIds, feed: new LiveFeed(client) };
}

const event = (id: number) => ({ id, atMs: 0, level: 'info', kind: 'verdict', message: `e${id}`, data: {} });
const told = (id: number) => `event: event\ndata: ${JSON.stringify(event(id))}\n\n`;
const pulse = (queries: number) => `event: pulse\ndata: ${JSON.stringify({ queries })}\n\n`;
const settle = () => vi.advanceTimersByTimeAsync(1);

describe('the live feed', () => {
  let node1: ReturnType<typeof world>;
  beforeEach(() => {
    vi.useFakeTimers();
    node1 = world();
    void node1.feed.start();
  });
  afterEach(() => {
    node1.feed.stop();
    vi.useRealTimers();
  });

  it('is live from the first octets, and keeps pulses and events', async () => {
    await settle();
    expect(node1.feed.state.link).toBe('connecting');
    node1.streams[0]!.send(pulse(1) + told(0) + pulse(2));
    await settle();
    const { link, pulses, events } = node1.feed.state;
    expect([link, pulses.length, events.map(({ id }) => id)]).toEqual(['live', 2, [0]]);
  });

  it('tells listeners what is new and nothing twice', async () => {
    const news: number[] = [];
    node1.feed.subscribe((_, fresh) => news.push(...fresh.map(({ id }) => id)));
    await settle();
    node1.streams[0]!.send(told(0) + told(1) + told(1) + told(0));
    await settle();
    expect(news).toEqual([0, 1]);
  });

  it('is stale after six seconds of silence, and comes back behind the last event', async () => {
    await settle();
    node1.streams[0]!.send(told(4));
    await vi.advanceTimersByTimeAsync(5_900);
    expect(node1.feed.state.link).toBe('live');
    await vi.advanceTimersByTimeAsync(200);
    expect(node1.feed.state).toMatchObject({ link: 'stale' });
    node1.node.events = [event(4), event(5)];
    await vi.advanceTimersByTimeAsync(2_000);
    expect(node1.lastIds).toEqual([null, 'b1-5']);
    node1.streams[1]!.send(pulse(9));
    await settle();
    expect(node1.feed.state.link).toBe('live');
    expect(node1.feed.state.events.map(({ id }) => id)).toEqual([4, 5]);
  });

  it('forgets events of a process that is gone', async () => {
    await settle();
    node1.streams[0]!.send(told(40));
    await settle();
    Object.assign(node1.node, { boot: 'b2', events: [event(0)] });
    node1.streams[0]!.end();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(node1.feed.state.events.map(({ id }) => id)).toEqual([0]);
  });

  it('says that a token is wanted, and tries again at once when there is one', async () => {
    node1.node.refusal = new ApiError(401, 'token');
    await settle();
    node1.streams[0]!.end();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(node1.feed.state).toMatchObject({ link: 'stale', needsToken: true });
    node1.node.refusal = null;
    node1.feed.retry();
    await settle();
    node1.streams.at(-1)!.send(pulse(1));
    await settle();
    expect(node1.feed.state).toMatchObject({ link: 'live', needsToken: false });
  });

  it('asks no more once it is stopped', async () => {
    await settle();
    node1.feed.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(node1.lastIds).toHaveLength(1);
  });
});
