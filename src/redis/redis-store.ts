/**
 * The store over Redis (layout in `keys.ts`). Two connections: commands, and the blocking read of the stream of
 * changes, opened with the first subscription. Values are measured before they are fetched, so that a huge one costs a
 * refusal; a key of the wrong type is put right by the next publication.
 */

import {
  AGENTS_MAX,
  CHANGES_REPORTS_MAX,
  NODE_STATUS_BYTES_MAX,
  NODES_MAX,
  SNAPSHOT_BYTES_MAX,
  SNAPSHOTS_BYTES_MAX,
} from '../base/limits.ts';
import { encodeLoadPushes, type LoadPush } from '../health/load-push.ts';
import { encodeNodeStatus, type NodeStatus, parseNodeStatus } from '../health/node-status.ts';
import { datedAt, type Override } from '../health/override.ts';
import {
  type AgentChanges,
  type AgentSnapshot,
  encodeAgentChanges,
  encodeAgentSnapshot,
  isHealthName,
  parseAgentSnapshot,
} from '../health/report.ts';
import { ChangesReader } from './changes-reader.ts';
import { ENTRY_FIELDS, type StoreKeys, storeKeys } from './keys.ts';
import { putOverride, readOverrides, removeOverride, restoreOverrides } from './override-hash.ts';
import type { RedisAccess } from './redis-access.ts';
import { RedisConnection, type RedisWork } from './redis-connection.ts';
import { ServerClock } from './server-clock.ts';
import {
  type ChangesBatch,
  NODE_EXPIRY_MS,
  type NodesRead,
  type OverridesRead,
  type Refusal,
  SNAPSHOT_EXPIRY_MS,
  type SnapshotsRead,
  type StateStore,
  StoreError,
  type StoreState,
} from './state-store.ts';
import { ToldStates } from './told-states.ts';

export type RedisStoreOptions = {
  readonly access: RedisAccess;
  /** Name of the Meridian cluster; several may share one Redis. */
  readonly cluster: string;
  /** Who we are, for CLIENT LIST. */
  readonly clientName: string;
  /** Called with one line about what works less well than it could. */
  readonly onWarning?: (warning: string) => void;
};

/** A snapshot of some megabytes has to pass to another continent in it; a hanging server is noticed by the reader sooner. */
const COMMAND_TIMEOUT_MS = 5_000;
/** Entries of the stream that are kept: some minutes of heartbeats, and 120 MB at the very worst. */
const CHANGES_KEPT = 2_000;
/** Members of the listings not renewed for this long are dropped, by the server's clock. */
const LISTING_EXPIRY_MS = 86_400_000;
/** Digits of the epoch that are fetched: more than any integer of Redis has. */
const EPOCH_CHARS_MAX = 24;

/** A {@link StateStore} over Redis. Connects by itself, at once and for ever, until closed. */
export class RedisStore implements StateStore {
  readonly #keys: StoreKeys;
  readonly #commands: RedisConnection;
  readonly #reader: ChangesReader;
  readonly #clock: ServerClock;
  readonly #told = new ToldStates();
  readonly #stateListeners = new Set<(state: StoreState) => void>();
  #state: StoreState = 'connecting';

  constructor(options: RedisStoreOptions) {
    this.#keys = storeKeys(options.cluster);
    const onChange = () => this.#followConnections();
    this.#commands = new RedisConnection({
      access: options.access,
      slotKey: this.#keys.changes,
      name: options.clientName,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      onChange,
      ...(options.onWarning === undefined ? {} : { onWarning: options.onWarning }),
    });
    this.#clock = new ServerClock(this.#commands);
    this.#reader = new ChangesReader({
      access: options.access,
      name: `${options.clientName}-changes`,
      key: this.#keys.changes,
      onChange,
      // It asks all the time and is patient for less long: whoever has nothing to say need not find out alone.
      onHang: () => this.#commands.giveUp(),
    });
    this.#commands.open();
  }

  get state(): StoreState {
    return this.#state;
  }

  get trouble(): string | null {
    if (this.#state === 'connected') return null;
    return this.#commands.trouble ?? this.#reader.trouble ?? 'closed';
  }

  clockMs(): number | null {
    return this.#clock.nowMs();
  }

  onState(listener: (state: StoreState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  async publishSnapshot(snapshot: AgentSnapshot): Promise<void> {
    const text = encodeAgentSnapshot(snapshot);
    requireSize(text, SNAPSHOT_BYTES_MAX, 'SNAPSHOT_BYTES_MAX');
    const { agents, epoch, snapshotOf } = this.#keys;
    const now = await this.#nowMs();
    await Promise.all([
      this.#commands.run((client) => client.set(snapshotOf(snapshot.agent), text, 'PX', SNAPSHOT_EXPIRY_MS)),
      this.#list(agents, snapshot.agent, now, AGENTS_MAX),
      this.#mending(epoch, (client) => client.incr(epoch)),
      this.publishChanges({ ...snapshot, reports: this.#told.newsIn(snapshot) }),
    ]);
    this.#told.noteSnapshot(snapshot);
  }

  async publishChanges(changes: AgentChanges): Promise<void> {
    const { reports } = changes;
    const sent: Promise<string | null>[] = [];
    const sentMs = performance.now();
    for (let from = 0; from === 0 || from < reports.length; from += CHANGES_REPORTS_MAX) {
      const text = encodeAgentChanges({ ...changes, reports: reports.slice(from, from + CHANGES_REPORTS_MAX) });
      sent.push(this.#append(ENTRY_FIELDS.changes, text));
    }
    // The id of an entry of the stream begins with Redis's own time.
    const [id] = await Promise.all(sent);
    const ms = Number.parseInt(id ?? '', 10);
    if (Number.isSafeInteger(ms)) this.#clock.note(ms, sentMs);
    this.#told.noteChanges(changes);
  }

  async publishLoads(loads: readonly LoadPush[]): Promise<void> {
    await this.#append(ENTRY_FIELDS.loads, encodeLoadPushes(loads));
  }

  async readSnapshots(): Promise<SnapshotsRead> {
    const { agents, snapshotOf } = this.#keys;
    const refused: Refusal[] = [];
    const epoch = await this.#readEpoch(refused);
    const names = await this.#listed(agents, AGENTS_MAX, refused);
    const lengths = await Promise.all(names.map((name) => this.#lengthOf(snapshotOf(name), refused)));
    const snapshots: AgentSnapshot[] = [];
    let room = SNAPSHOTS_BYTES_MAX;
    for (const [i, name] of names.entries()) {
      const key = snapshotOf(name);
      const length = lengths[i]!;
      // Expired since it was listed: its agent is gone, which is no fault.
      if (length === 0) continue;
      room -= length;
      if (length > SNAPSHOT_BYTES_MAX || room < 0) {
        refused.push({
          source: key,
          reason: `longer than SNAPSHOT_BYTES_MAX or SNAPSHOTS_BYTES_MAX (${length} bytes)`,
        });
        continue;
      }
      // One after the other: parsing a large snapshot takes milliseconds, and others want the thread between them.
      const text = await this.#commands.run((client) => client.getrange(key, 0, SNAPSHOT_BYTES_MAX));
      const snapshot = text === '' ? null : parseAgentSnapshot(text);
      if (snapshot === null) continue;
      if ('fault' in snapshot) refused.push({ source: key, reason: snapshot.fault });
      else if (snapshot.agent !== name) refused.push({ source: key, reason: 'it names another agent' });
      else snapshots.push(snapshot);
    }
    return { snapshots, refused, epoch };
  }

  subscribe(listener: (batch: ChangesBatch) => void): () => void {
    const end = this.#reader.subscribe(listener);
    this.#followConnections();
    return end;
  }

  async publishNode(status: NodeStatus): Promise<void> {
    const text = encodeNodeStatus(status);
    requireSize(text, NODE_STATUS_BYTES_MAX, 'NODE_STATUS_BYTES_MAX');
    const { nodes, nodeOf } = this.#keys;
    const now = await this.#nowMs();
    await Promise.all([
      this.#commands.run((client) => client.set(nodeOf(status.node), text, 'PX', NODE_EXPIRY_MS)),
      this.#list(nodes, status.node, now, NODES_MAX),
    ]);
  }

  async readNodes(): Promise<NodesRead> {
    const { nodes, nodeOf } = this.#keys;
    const refused: Refusal[] = [];
    const names = await this.#listed(nodes, NODES_MAX, refused);
    const read: NodeStatus[] = [];
    const texts = await Promise.all(
      names.map((name) =>
        this.#unlessWrong(nodeOf(name), refused, '', (client) =>
          client.getrange(nodeOf(name), 0, NODE_STATUS_BYTES_MAX),
        ),
      ),
    );
    for (const [i, text] of texts.entries()) {
      if (text === '') continue;
      const status = parseNodeStatus(text);
      if ('fault' in status) refused.push({ source: nodeOf(names[i]!), reason: status.fault });
      else if (status.node !== names[i]) refused.push({ source: nodeOf(names[i]!), reason: 'it names another node' });
      else read.push(status);
    }
    return { nodes: read, refused };
  }

  async readOverrides(known: number): Promise<OverridesRead | null> {
    const read = await readOverrides(this.#commands, this.#keys.overrides, known);
    return read === null ? null : { ...read, nowMs: await this.#clock.ask() };
  }

  async putOverride(override: Override): Promise<Override> {
    const now = await this.#nowMs();
    const dated = datedAt(override, Math.round(now));
    await this.#mending(this.#keys.overrides, () => putOverride(this.#commands, this.#keys.overrides, dated, now));
    return dated;
  }

  async removeOverride(id: string): Promise<boolean> {
    return removeOverride(this.#commands, this.#keys.overrides, id);
  }

  async restoreOverrides(overrides: readonly Override[], version: number): Promise<void> {
    await this.#mending(this.#keys.overrides, () =>
      restoreOverrides(this.#commands, this.#keys.overrides, overrides, version),
    );
  }

  async close(): Promise<void> {
    this.#reader.close();
    this.#commands.close();
    this.#setState('closed');
  }

  /** By the server's clock; by our own where it does not tell. */
  async #nowMs(): Promise<number> {
    return (await this.#clock.ask()) ?? Date.now();
  }

  /** Writes `member` into a listing and drops the oldest ones from it. */
  #list(key: string, member: string, nowMs: number, most: number): Promise<unknown> {
    return this.#mending(key, (client) =>
      Promise.all([
        client.zadd(key, nowMs, member),
        client.zremrangebyscore(key, '-inf', nowMs - LISTING_EXPIRY_MS),
        client.zremrangebyrank(key, 0, -(most + 1)),
      ]),
    );
  }

  #append(field: string, text: string): Promise<string | null> {
    const { changes } = this.#keys;
    return this.#mending(changes, (client) => client.xadd(changes, 'MAXLEN', '~', CHANGES_KEPT, '*', field, text));
  }

  async #readEpoch(refused: Refusal[]): Promise<number> {
    const { epoch } = this.#keys;
    const text = await this.#unlessWrong(epoch, refused, '', (client) => client.getrange(epoch, 0, EPOCH_CHARS_MAX));
    if (/^\d{1,15}$/.test(text)) return Number(text);
    if (text !== '') refused.push({ source: epoch, reason: 'not a whole number' });
    return 0;
  }

  /** The newest `most` names in a listing. */
  async #listed(key: string, most: number, refused: Refusal[]): Promise<string[]> {
    const names = await this.#unlessWrong(key, refused, [], (client) => client.zrevrange(key, 0, most - 1));
    return names.filter((name) => {
      const isName = isHealthName(name);
      if (!isName)
        refused.push({ source: key, reason: `a member that is no name: ${JSON.stringify(name.slice(0, 64))}` });
      return isName;
    });
  }

  #lengthOf(key: string, refused: Refusal[]): Promise<number> {
    return this.#unlessWrong(key, refused, 0, (client) => client.strlen(key));
  }

  /** The result of `work`, or `instead` and a refusal when `key` holds another type than it should. */
  async #unlessWrong<T>(key: string, refused: Refusal[], instead: T, work: RedisWork<T>): Promise<T> {
    try {
      return await this.#commands.run(work);
    } catch (error) {
      if (!isWrongValue(error)) throw error;
      refused.push({ source: key, reason: 'a value of the wrong type' });
      return instead;
    }
  }

  /** Runs `work`; when `key` holds something that is not ours, removes it and runs `work` once more. */
  async #mending<T>(key: string, work: RedisWork<T>): Promise<T> {
    try {
      return await this.#commands.run(work);
    } catch (error) {
      if (!isWrongValue(error)) throw error;
      await this.#commands.run((client) => client.unlink(key));
      return await this.#commands.run(work);
    }
  }

  #followConnections(): void {
    if (!this.#commands.isReady) this.#clock.doubt();
    const parts = this.#reader.isUsed ? [this.#commands, this.#reader] : [this.#commands];
    if (parts.every((part) => part.isReady)) this.#setState('connected');
    else if (parts.some((part) => part.wasTried && !part.isReady)) this.#setState('lost');
  }

  #setState(state: StoreState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

function requireSize(text: string, max: number, name: string): void {
  if (Buffer.byteLength(text) > max) throw new StoreError(`longer than ${name} (${max})`);
}

/** The key holds another type, or no integer where one is counted. */
function isWrongValue(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    /WRONGTYPE|not an integer|would overflow|exhausted the last possible ID|equal or smaller than the target stream/.test(
      error.message,
    )
  );
}
