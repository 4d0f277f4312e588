/**
 * Reads the stream of changes: one blocking XREAD after the other on a connection of its own, from the place where the
 * last one ended. Part of the Redis store. Whatever may have been missed is told as a `gap`, and whoever listens reads
 * the snapshots then: after each new connection, after an error, and when the stream turns out to be another one. The first
 * gap brings the last seconds of the stream with it, since snapshots do not hold what came after them. Pushed loads that were there before
 * a connection are as old as the server's clock says, later ones are of now.
 */

import { CHANGES_HISTORY_CHARS_MAX } from '../base/limits.ts';
import { type LoadPush, parseLoadPushes } from '../health/load-push.ts';
import { type AgentChanges, parseAgentChanges } from '../health/report.ts';
import { errorMessage } from './error-message.ts';
import { ENTRY_FIELDS } from './keys.ts';
import type { RedisAccess } from './redis-access.ts';
import { RedisConnection } from './redis-connection.ts';
import { readServerMs } from './server-clock.ts';
import { type ChangesBatch, type Refusal, SNAPSHOT_PERIOD_MS } from './state-store.ts';

export type ChangesReaderOptions = {
  readonly access: RedisAccess;
  readonly name: string;
  /** The stream. */
  readonly key: string;
  readonly onChange: () => void;
  /** A read was not answered in time: the server hangs. */
  readonly onHang?: () => void;
};

/** Longest wait of one read at the server; a live server answers within it even when nothing happens. */
const BLOCK_MS = 1_000;
/** What a read may take beyond that, before the server counts as hanging. */
const GRACE_MS = 2_000;
/** Entries taken in one read: bounds the memory, at some kilobytes each. */
const ENTRIES_PER_READ = 64;
/** So many in one read are part of more, when much of the world changes: they are told together, so that each check is judged once. */
const FLOOD_ENTRIES = 8;
const FLOOD_ENTRIES_MAX = 4 * ENTRIES_PER_READ;
/** Pause after a failed read on a good connection (wrong type, no permission); the listener reads the snapshots then. */
const FAILED_PAUSE_MS = 2_000;
/** Before any entry. */
const START = '0-0';
/** How far back a first connection begins: an agent's snapshot is not older, even when one of them failed. */
const HISTORY_MS = 2 * SNAPSHOT_PERIOD_MS;

/** An entry of the stream: its id, and its fields with their values in turn. */
type Entry = [id: string, fields: string[]];
type EntriesRead = { readonly changes: AgentChanges[]; readonly loads: LoadPush[]; readonly refused: Refusal[] };

/** Owner of the connection that reads. */
export class ChangesReader {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #listeners = new Set<(batch: ChangesBatch) => void>();
  #isUsed = false;
  #isClosed = false;
  #isReading = false;
  /** Id of the last entry seen, or null before the first connection. */
  #lastId: string | null = null;
  /** What the server's clock said when the connection was new; null: it does not tell. */
  #connectedMs: number | null = null;
  #wake: (() => void) | null = null;

  constructor(options: ChangesReaderOptions) {
    this.#key = options.key;
    this.#connection = new RedisConnection({
      access: options.access,
      slotKey: options.key,
      name: options.name,
      commandTimeoutMs: BLOCK_MS + GRACE_MS,
      onChange: () => {
        if (this.#connection.isReady) void this.#read();
        options.onChange();
      },
      ...(options.onHang === undefined ? {} : { onHang: options.onHang }),
    });
  }

  get isUsed(): boolean {
    return this.#isUsed;
  }

  get isReady(): boolean {
    return this.#connection.isReady;
  }

  get wasTried(): boolean {
    return this.#connection.wasTried;
  }

  get trouble(): string | null {
    return this.#connection.trouble;
  }

  /** Adds a listener; the first one opens the connection, and each begins with a gap. */
  subscribe(listener: (batch: ChangesBatch) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isUsed) {
      this.#isUsed = true;
      this.#connection.open();
    } else if (this.isReady) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener({ ...emptyRead(), gap: true });
      });
    }
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
    if (this.#isUsed) this.#connection.close();
  }

  /** Reads until the connection is lost; the next connection begins anew. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    let isGap = true;
    while (!this.#isClosed && this.#connection.isReady) {
      try {
        if (isGap) {
          this.#deliver({ ...(await this.#findPlace()), gap: true });
          isGap = false;
        }
        const found = await this.#readOnce();
        // Silence for a whole second: perhaps the stream was emptied, and its ids begin below ours.
        if (!found) isGap = await this.#hasRestarted();
      } catch (error) {
        isGap = true;
        if (this.#isClosed || !this.#connection.isReady) break;
        const refused = [{ source: this.#key, reason: errorMessage(error) }];
        this.#deliver({ ...emptyRead(), refused, gap: true });
        await this.#pause();
      }
    }
    this.#isReading = false;
    // The connection may have come back while the last failure was unwinding.
    if (!this.#isClosed && this.#connection.isReady) void this.#read();
  }

  /**
   * Goes on where the last connection ended, or at the end of the stream when it is another one. The first connection
   * begins {@link HISTORY_MS} ago: what came since then.
   */
  async #findPlace(): Promise<EntriesRead> {
    const newest = await this.#newestId();
    this.#connectedMs = await readServerMs(this.#connection);
    if (this.#lastId === null) return this.#readHistory(newest, this.#connectedMs);
    if (isBefore(newest, this.#lastId)) this.#lastId = newest;
    return emptyRead();
  }

  /**
   * The last {@link HISTORY_MS} of a stream whose newest entry was `newest`; the place is then behind them. By the server's clock: what
   * agents said that are long gone, or stands in an old copy, is not news. Nor is what an agent said before it was restarted.
   */
  async #readHistory(newest: string, nowMs: number | null): Promise<EntriesRead> {
    const read = emptyRead();
    let [place, isMore, chars] = [newest, nowMs !== null, 0];
    for (let from = `${(nowMs ?? 0) - HISTORY_MS}-0`; isMore; from = place) {
      const entries = await this.#entriesAfter(from);
      isMore = entries.length === ENTRIES_PER_READ;
      place = entries.at(-1)?.[0] ?? place;
      for (const [, fields] of entries) chars += fields[1]?.length ?? 0;
      if (chars > CHANGES_HISTORY_CHARS_MAX) return this.#skipHistory();
      this.#takeEntries(entries, read);
    }
    this.#lastId = place;
    const boots = new Map(read.changes.map(({ agent, boot }) => [agent, boot]));
    return { ...read, changes: read.changes.filter(({ agent, boot }) => boots.get(agent) === boot) };
  }

  /** So much was said that the next snapshots have to do. */
  async #skipHistory(): Promise<EntriesRead> {
    this.#lastId = await this.#newestId();
    const reason = `its last ${HISTORY_MS} ms are longer than CHANGES_HISTORY_CHARS_MAX (${CHANGES_HISTORY_CHARS_MAX})`;
    return { ...emptyRead(), refused: [{ source: this.#key, reason }] };
  }

  async #hasRestarted(): Promise<boolean> {
    return isBefore(await this.#newestId(), this.#lastId ?? START);
  }

  async #newestId(): Promise<string> {
    const entries = await this.#connection.run((client) => client.xrevrange(this.#key, '+', '-', 'COUNT', 1));
    return entries[0]?.[0] ?? START;
  }

  /** One blocking read, and of a flood what follows at once; false when nothing came. */
  async #readOnce(): Promise<boolean> {
    let entries = await this.#entriesAfter(this.#lastId ?? START, BLOCK_MS);
    if (entries.length === 0) return false;
    const read = emptyRead();
    try {
      for (let taken = entries.length; entries.length > 0; taken += entries.length) {
        this.#lastId = entries.at(-1)![0];
        const isFlood = entries.length >= FLOOD_ENTRIES && taken < FLOOD_ENTRIES_MAX;
        // On their way while these are parsed.
        const next = isFlood ? this.#entriesAfter(this.#lastId) : [];
        this.#takeEntries(entries, read);
        entries = await next;
      }
    } finally {
      this.#deliver({ ...read, gap: false });
    }
    return true;
  }

  /** The next entries after the one called `id`; waits for the first as long as `blockMs` says. */
  async #entriesAfter(id: string, blockMs?: number): Promise<Entry[]> {
    const streams = await this.#connection.run((client) =>
      blockMs === undefined
        ? client.xread('COUNT', ENTRIES_PER_READ, 'STREAMS', this.#key, id)
        : client.xread('COUNT', ENTRIES_PER_READ, 'BLOCK', blockMs, 'STREAMS', this.#key, id),
    );
    return streams?.[0]?.[1] ?? [];
  }

  /** Adds to `read` what `entries` say. */
  #takeEntries(entries: readonly Entry[], read: EntriesRead): void {
    for (const [id, [field, text = '']] of entries) {
      const fault = field === ENTRY_FIELDS.loads ? this.#takeLoads(id, text, read) : takeChanges(field, text, read);
      if (fault !== null) read.refused.push({ source: `${this.#key} ${id}`, reason: fault });
    }
  }

  /** Adds the loads of one entry, older by the time for which it stood there before this connection; why none can be believed, or null. */
  #takeLoads(id: string, text: string, read: EntriesRead): string | null {
    const parsed = parseLoadPushes(text);
    if ('fault' in parsed) return parsed.fault;
    const waitedMs = this.#connectedMs === null ? 0 : Math.max(0, this.#connectedMs - millisecondsOf(id));
    for (const push of parsed.loads)
      read.loads.push({ ...push, load: { ...push.load, ageMs: push.load.ageMs + waitedMs } });
    return null;
  }

  #deliver(batch: ChangesBatch): void {
    for (const listener of this.#listeners) listener(batch);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, FAILED_PAUSE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function emptyRead(): EntriesRead {
  return { changes: [], loads: [], refused: [] };
}

/** Adds an agent's changes; why they cannot be believed, or null. */
function takeChanges(field: string | undefined, text: string, read: EntriesRead): string | null {
  const changes = field === ENTRY_FIELDS.changes ? parseAgentChanges(text) : { fault: 'no field "c" or "l"' };
  if ('fault' in changes) return changes.fault;
  read.changes.push(changes);
  return null;
}

/** The server's time in a stream id (`ms-n`). */
function millisecondsOf(id: string): number {
  return Number.parseInt(id, 10);
}

/** True if the stream id `a` (`ms-n`) comes before `b`. */
function isBefore(a: string, b: string): boolean {
  const [aMs, aNumber] = a.split('-').map(Number) as [number, number];
  const [bMs, bNumber] = b.split('-').map(Number) as [number, number];
  return aMs < bMs || (aMs === bMs && aNumber < bNumber);
}
