/** What every view shares: the client, the live feed, and how a view loads what it shows. */

import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { EventAnswer, NodeAnswer } from './api-answers.ts';
import { type ApiClient, ApiError } from './api-client.ts';
import type { LiveFeed, LiveState } from './live-feed.ts';

/** Handed down once by the page. */
export type ConsoleGround = {
  readonly client: ApiClient;
  readonly feed: LiveFeed;
  readonly node: NodeAnswer | null;
  /** Asks the reader for a token; resolves with true when there is one. */
  readonly askToken: (why: string) => Promise<boolean>;
};

/** The ground that views stand on; only read below the page. */
export const ConsoleContext = createContext<ConsoleGround | null>(null);

/** The ground. Throws outside of the page. */
export function useGround(): ConsoleGround {
  const ground = useContext(ConsoleContext);
  if (ground === null) throw new Error('a view outside of the page');
  return ground;
}

/** The state of the feed, at each change. */
export function useLive(feed: LiveFeed): LiveState {
  const [state, setState] = useState(feed.state);
  useEffect(() => {
    setState(feed.state);
    return feed.subscribe((next) => setState(next));
  }, [feed]);
  return state;
}

/** Something loaded: the last that came, and why nothing newer did. */
export type Loaded<T> = { readonly value: T | null; readonly error: string | null; readonly reload: () => void };

/** When to load again: every so often, and after events that `concerns` says yes to. */
export type Freshness = { readonly everyMs: number; readonly concerns?: (event: EventAnswer) => boolean };

/** Several events in a row are one reason to load. */
const SETTLE_MS = 80;

/** Loads by `load` and again as `freshness` says; `key` stands for what is loaded. Earlier answers stay until newer ones come. */
export function useLoaded<T>(
  key: string,
  load: (client: ApiClient, signal: AbortSignal) => Promise<T>,
  { everyMs, concerns }: Freshness,
): Loaded<T> {
  const { client, feed } = useGround();
  const [state, setState] = useState<{ key: string; value: T | null; error: string | null }>({
    key,
    value: null,
    error: null,
  });
  const latest = useRef({ load, concerns });
  latest.current = { load, concerns };
  const run = useRef<() => void>(() => {});
  useEffect(() => {
    const ended = new AbortController();
    let isLoading = false;
    let isWanted = false;
    const go = async () => {
      isWanted = isLoading;
      if (isLoading) return;
      isLoading = true;
      try {
        const value = await latest.current.load(client, ended.signal);
        if (!ended.signal.aborted) setState({ key, value, error: null });
      } catch (error) {
        const message = error instanceof ApiError ? error.message : 'this could not be shown';
        if (!ended.signal.aborted)
          setState((old) => ({ key, value: old.key === key ? old.value : null, error: message }));
      }
      isLoading = false;
      if (isWanted && !ended.signal.aborted) void go();
    };
    run.current = () => void go();
    void go();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void go();
    }, everyMs);
    let settling: ReturnType<typeof setTimeout> | undefined;
    let wasLive = feed.state.link === 'live';
    const unsubscribe = feed.subscribe((live, news) => {
      const isBack = live.link === 'live' && !wasLive;
      wasLive = live.link === 'live';
      if (!isBack && !news.some((event) => latest.current.concerns?.(event) === true)) return;
      clearTimeout(settling);
      settling = setTimeout(() => void go(), SETTLE_MS);
    });
    return () => {
      ended.abort();
      clearInterval(timer);
      clearTimeout(settling);
      unsubscribe();
    };
  }, [client, feed, key, everyMs]);
  const reload = useCallback(() => run.current(), []);
  return { value: state.key === key ? state.value : null, error: state.error, reload };
}
