/**
 * What happened on this node of late: every line of its log that names itself with `event`, in a ring in memory, for whoever was not
 * there to read the log. Owned by the server; read by the admin floor, which also hands events on as they come.
 */

import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { EVENT_BYTES_MAX, EVENTS_MAX } from '../base/limits.ts';
import type { EventCount } from './node-measures.ts';

/** One of them, plain data. */
export type NodeEvent = {
  /** Rises by one; begins with 1 in each process. */
  readonly id: number;
  /** Wall clock. */
  readonly atMs: number;
  readonly level: 'info' | 'warn' | 'error';
  /** The log's `event`: `verdict`, `mode`, `reload` … */
  readonly kind: string;
  readonly message: string;
  /** What the line holds besides; empty when that is longer than EVENT_BYTES_MAX. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** Owner of the ring. */
export class EventLog {
  /** Tells the events of this process from those of another. */
  readonly boot = randomBytes(6).toString('hex');
  readonly #nowMs: () => number;
  readonly #events: NodeEvent[] = [];
  /** By kind: words of this program, some dozens. */
  readonly #counts = new Map<string, EventCount>();
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  #last = 0;

  /** `nowMs`: the wall clock. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Id of the last event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** How often each kind has happened since the start, whether or not it is still remembered. */
  get counts(): ReadonlyMap<string, EventCount> {
    return this.#counts;
  }

  /** Events after the one with the id `after`, oldest first, as far as they are remembered. */
  since(after: number): readonly NodeEvent[] {
    const first = this.#events[0]?.id ?? 0;
    return this.#events.slice(Math.max(0, after + 1 - first));
  }

  /** Calls `listener` with every event from now on, until the returned function is called. */
  subscribe(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A logger that writes as `log` does, whatever its level, and keeps what names itself with `event`. */
  over(log: Logger): Logger {
    const tapped = Object.create(log) as Logger;
    for (const level of ['info', 'warn', 'error'] as const) {
      tapped[level] = ((entry: unknown, message?: unknown, ...rest: unknown[]) => {
        this.#take(level, entry, message);
        (log[level] as (...all: unknown[]) => void)(entry, message, ...rest);
      }) as Logger[typeof level];
    }
    return tapped;
  }

  #take(level: NodeEvent['level'], entry: unknown, message: unknown): void {
    if (typeof entry !== 'object' || entry === null || !('event' in entry) || typeof entry.event !== 'string') return;
    const { event: kind, ...data } = entry;
    const text = typeof message === 'string' ? message.slice(0, EVENT_BYTES_MAX) : kind;
    const event = { id: ++this.#last, atMs: this.#nowMs(), level, kind, message: text, data: plain(data) };
    const { milliseconds } = data as { readonly milliseconds?: unknown };
    this.#counts.set(kind, {
      count: (this.#counts.get(kind)?.count ?? 0) + 1,
      lastMs: event.atMs,
      lastMilliseconds: typeof milliseconds === 'number' ? milliseconds : null,
    });
    this.#events.push(event);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
    for (const listener of this.#listeners) listener(event);
  }
}

/** As JSON has it: what comes later must not change what was, and an error is its message. */
function plain(data: Record<string, unknown>): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(data, (_, value: unknown) => (value instanceof Error ? value.message : value));
  return text.length > EVENT_BYTES_MAX ? {} : (JSON.parse(text) as Record<string, unknown>);
}
