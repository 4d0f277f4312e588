/**
 * What the node says by itself: a pulse every two seconds and each event as it happens, over one stream that is opened again
 * whenever it breaks. Tells plainly whether what is shown is of now.
 *
 *   connecting -- first octets --> live -- 6 s of silence, or the stream breaks --> stale -- octets --> live
 */

import type { EventAnswer, EventsAnswer, PulseAnswer } from './api-answers.ts';
import { type ApiClient, ApiError } from './api-client.ts';
import { EventStreamReader, type StreamEvent } from './event-stream.ts';

/** Three pulses that did not come. */
const SILENCE_MS_MAX = 6_000;
const RETRY_MS_FIRST = 500;
const RETRY_MS_MAX = 5_000;
/** Events that are kept for the log. */
const EVENTS_MAX = 500;
/** Pulses that are kept for the chart: a quarter of an hour. */
const PULSES_MAX = 450;

/** What is known of the node by its stream. */
export type LiveState = {
  readonly link: 'connecting' | 'live' | 'stale';
  /** When it was last heard, by the reader's clock; null: never. */
  readonly heardAtMs: number | null;
  /** Why it is not live, in words; null while it is. */
  readonly trouble: string | null;
  /** It wants a token. */
  readonly needsToken: boolean;
  readonly pulses: readonly PulseAnswer[];
  /** Oldest first. */
  readonly events: readonly EventAnswer[];
};

const NOTHING: LiveState = {
  link: 'connecting',
  heardAtMs: null,
  trouble: null,
  needsToken: false,
  pulses: [],
  events: [],
};

/** Owner of the stream, from `start` to `stop`. */
export class LiveFeed {
  readonly #client: Pick<ApiClient, 'get' | 'open'>;
  readonly #listeners = new Set<(state: LiveState, news: readonly EventAnswer[]) => void>();
  #state = NOTHING;
  #boot: string | null = null;
  #stopped = new AbortController();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | null = null;

  constructor(client: Pick<ApiClient, 'get' | 'open'>) {
    this.#client = client;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Calls `listener` at each change, with the events that are new. Returns what ends that. */
  subscribe(listener: (state: LiveState, news: readonly EventAnswer[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs until {@link stop}. */
  async start(): Promise<void> {
    this.#stopped = new AbortController();
    const { signal } = this.#stopped;
    let retryMs = RETRY_MS_FIRST;
    while (!signal.aborted) {
      const heardBefore = this.#state.heardAtMs;
      await this.#follow(signal).catch((error: unknown) => this.#fail(error, signal));
      if (signal.aborted) return;
      retryMs = this.#state.heardAtMs === heardBefore ? Math.min(RETRY_MS_MAX, retryMs * 2) : RETRY_MS_FIRST;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, retryMs);
      });
    }
  }

  /** Tries again at once: somebody gave a token, or the network came back. */
  retry(): void {
    this.#wake?.();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#silence);
    this.#wake?.();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const recent = await this.#client.get<EventsAnswer>('events/recent', signal);
    const isSameBoot = recent.boot === this.#boot;
    const last = isSameBoot ? (this.#state.events.at(-1)?.id ?? -1) : -1;
    this.#boot = recent.boot;
    const news = recent.events.filter(({ id }) => id > last);
    const kept = isSameBoot ? this.#state.events : [];
    this.#change({ events: [...kept, ...news].slice(-EVENTS_MAX), ...(isSameBoot ? {} : { pulses: [] }) }, news);
    const lastId = this.#state.events.at(-1)?.id;
    const silent = new AbortController();
    const stream = await this.#client.open(
      'events',
      AbortSignal.any([signal, silent.signal]),
      lastId === undefined ? null : `${recent.boot}-${lastId}`,
    );
    const reader = new EventStreamReader();
    const decoder = new TextDecoder();
    try {
      for await (const octets of stream as unknown as AsyncIterable<Uint8Array>) {
        this.#hear(() => silent.abort());
        for (const event of reader.take(decoder.decode(octets, { stream: true }))) this.#take(event);
      }
    } finally {
      clearTimeout(this.#silence);
    }
    throw new ApiError(0, 'the node closed the stream');
  }

  #hear(cut: () => void): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#change({ link: 'stale', trouble: 'the node is silent' });
      cut();
    }, SILENCE_MS_MAX);
    this.#change({ link: 'live', heardAtMs: Date.now(), trouble: null, needsToken: false });
  }

  #take({ type, data }: StreamEvent): void {
    if (type === 'pulse') {
      const pulse = JSON.parse(data) as PulseAnswer;
      this.#change({ pulses: [...this.#state.pulses, pulse].slice(-PULSES_MAX) });
    } else if (type === 'event') {
      const event = JSON.parse(data) as EventAnswer;
      if (event.id <= (this.#state.events.at(-1)?.id ?? -1)) return;
      this.#change({ events: [...this.#state.events, event].slice(-EVENTS_MAX) }, [event]);
    } else if (type === 'missed') throw new ApiError(0, 'the node no longer has what happened meanwhile');
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const isRefused = error instanceof ApiError && error.status === 401;
    const trouble = error instanceof ApiError ? error.message : 'the stream broke';
    this.#change({ link: 'stale', trouble, needsToken: isRefused });
  }

  #change(fields: Partial<LiveState>, news: readonly EventAnswer[] = []): void {
    this.#state = { ...this.#state, ...fields };
    for (const listener of this.#listeners) listener(this.#state, news);
  }
}
