/**
 * Server-sent events (WHATWG HTML 9.2): what happens on the node, as it happens, to as many screens as are open. Each event is written
 * out once for all; a reader that does not keep up is cut off, and its browser comes back with the id of the last event that it has.
 *
 *   id: BOOT-7 / event: event / data: eventShape         event: pulse / data: pulseShape, every two seconds (and so a heartbeat)
 *   event: missed                                          events since the reader's last one are forgotten: read everything anew
 *
 * Owned by `admin-server.ts`. Writes to the socket itself: a stream of the fetch API would queue without bound.
 */

import type { ServerResponse } from 'node:http';
import { ADMIN_STREAM_WAITING_BYTES_MAX, ADMIN_STREAMS_MAX } from '../base/limits.ts';
import type { EventLog, NodeEvent } from '../server/event-log.ts';
import { LookTimer } from '../server/look-timer.ts';

const PULSE_MS = 2_000;
/** A browser that lost us comes back after this, in milliseconds. */
const RETRY_MS = 2_000;

/** Owner of the streams and of a timer. */
export class EventStreams {
  readonly #events: EventLog;
  readonly #pulse: () => object;
  readonly #streams = new Set<ServerResponse>();
  #unsubscribe: (() => void) | null = null;
  readonly #timer = new LookTimer(PULSE_MS, () => this.#sendAll(this.#pulseText()));

  /** `pulse` says how the node is now; asked only while somebody looks. */
  constructor(events: EventLog, pulse: () => object) {
    this.#events = events;
    this.#pulse = pulse;
  }

  /** Streams that are open. */
  get size(): number {
    return this.#streams.size;
  }

  /**
   * Makes `response` a stream that begins after the event `lastId` (`BOOT-ID`, as sent), or with what comes next. False: there are
   * ADMIN_STREAMS_MAX already, and nothing was written.
   */
  open(response: ServerResponse, lastId: string | null, headers: ReadonlyArray<readonly [string, string]>): boolean {
    if (this.#streams.size >= ADMIN_STREAMS_MAX) return false;
    response.writeHead(200, { ...Object.fromEntries(headers), 'content-type': 'text/event-stream; charset=utf-8' });
    response.on('close', () => this.#drop(response));
    // A reader that has gone is no failure of ours.
    response.on('error', () => response.destroy());
    this.#streams.add(response);
    this.#listen();
    this.#send(response, `retry: ${RETRY_MS}\n\n${this.#missedSince(lastId)}${this.#pulseText()}`);
    return true;
  }

  /** Ends every stream. */
  close(): void {
    for (const response of this.#streams) response.end();
    this.#streams.clear();
    this.#rest();
  }

  #listen(): void {
    this.#unsubscribe ??= this.#events.subscribe((event) => this.#sendAll(this.#eventText(event)));
    this.#timer.start();
  }

  /** Nobody looks any more. */
  #rest(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#timer.stop();
  }

  #drop(response: ServerResponse): void {
    this.#streams.delete(response);
    if (this.#streams.size === 0) this.#rest();
  }

  #sendAll(text: string): void {
    const bytes = Buffer.from(text);
    for (const response of this.#streams) this.#send(response, bytes);
  }

  #send(response: ServerResponse, chunk: string | Buffer): void {
    response.write(chunk);
    if (response.writableLength > ADMIN_STREAM_WAITING_BYTES_MAX) response.destroy();
  }

  #missedSince(lastId: string | null): string {
    if (lastId === null) return '';
    const [boot, id] = lastId.split('-');
    const after = Number(id);
    if (boot !== this.#events.boot || !Number.isSafeInteger(after) || after > this.#events.last) return MISSED;
    const missed = this.#events.since(after);
    if (missed.length < this.#events.last - after) return MISSED;
    return missed.map((event) => this.#eventText(event)).join('');
  }

  /** JSON has no line breaks, so one line is enough. */
  #eventText(event: NodeEvent): string {
    return `id: ${this.#events.boot}-${event.id}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
  }

  #pulseText(): string {
    return `event: pulse\ndata: ${JSON.stringify({ ...this.#pulse(), lastEvent: this.#events.last })}\n\n`;
  }
}

const MISSED = 'event: missed\ndata: {}\n\n';
