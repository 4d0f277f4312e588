/**
 * A Redis in memory behind links that delay, lose, repeat, reorder and part. Each party has a client of its own, which keeps
 * the promises of the state store towards the program: it is lost some seconds after its link is cut, and back with a gap.
 */

import type { RandomStream } from '../../src/base/random.ts';
import type { NodeStatus } from '../../src/health/node-status.ts';
import type { Override } from '../../src/health/override.ts';
import {
  type AgentChanges,
  type AgentSnapshot,
  encodeAgentChanges,
  encodeAgentSnapshot,
  parseAgentChanges,
  parseAgentSnapshot,
} from '../../src/health/report.ts';
import {
  type ChangesBatch,
  type NodesRead,
  SNAPSHOT_PERIOD_MS,
  type SnapshotsRead,
  type StateStore,
  StoreError,
  type StoreState,
} from '../../src/redis/state-store.ts';
import { ToldStates } from '../../src/redis/told-states.ts';
import type { SimTime } from './sim-time.ts';

/** How bad the links between Redis and the parties are. */
export type LinkQuality = {
  /** One way, each message by itself: with a wide range they overtake each other. */
  readonly delayMs: readonly [number, number];
  /** Part of the messages that vanish, as with an entry trimmed before it was read, or a failover that forgets it. */
  readonly loss: number;
  /** Part of the messages delivered twice. */
  readonly repeats: number;
};

/** How long a client takes to notice that its link is cut, and to be back afterwards at most. */
const NOTICE_MS = 3_000;
const RETURN_MS = 2_000;
/** How far back the first reading of the stream goes (`changes-reader.ts`). */
const HISTORY_MS = 2 * SNAPSHOT_PERIOD_MS;

/** An entry of the stream, and when the server took it. */
type Entry = { readonly atMs: number; readonly changes: AgentChanges };

/** The server: what it holds, and who listens. */
export class SimRedis {
  readonly time: SimTime;
  readonly random: RandomStream;
  readonly quality: LinkQuality;
  readonly clients: SimClient[] = [];
  snapshots = new Map<string, AgentSnapshot>();
  epoch = 0;
  /** The end of the stream, {@link HISTORY_MS} of it. */
  #stream: Entry[] = [];

  constructor(time: SimTime, random: RandomStream, quality: LinkQuality) {
    this.time = time;
    this.random = random;
    this.quality = quality;
  }

  client(): SimClient {
    const client = new SimClient(this);
    this.clients.push(client);
    return client;
  }

  /** Everything forgotten, as by FLUSHALL. */
  flush(): void {
    this.snapshots.clear();
    this.epoch = 0;
    this.#stream = [];
  }

  /** Puts back what was held when the function was made, as an old dump does; what was said since is forgotten. */
  dump(): () => void {
    const [snapshots, epoch, stream] = [new Map(this.snapshots), this.epoch, [...this.#stream]];
    return () => {
      this.snapshots = new Map(snapshots);
      this.epoch = epoch;
      this.#stream = [...stream];
    };
  }

  /** What the last seconds of the stream hold, of each agent only what its last boot has said. */
  history(): AgentChanges[] {
    const fromMs = this.time.nowMs - HISTORY_MS;
    const recent = this.#stream.filter(({ atMs }) => atMs > fromMs).map(({ changes }) => changes);
    const boots = new Map(recent.map(({ agent, boot }) => [agent, boot]));
    return recent.filter(({ agent, boot }) => boots.get(agent) === boot);
  }

  /** An entry of the stream, to all who listen. */
  append(changes: AgentChanges): void {
    // Through the text form and its strict reader, as on the real way.
    const read = parseAgentChanges(encodeAgentChanges(changes));
    if ('fault' in read) throw new Error(read.fault);
    this.#stream.push({ atMs: this.time.nowMs, changes: read });
    if (this.#stream[0]!.atMs <= this.time.nowMs - 2 * HISTORY_MS)
      this.#stream = this.#stream.filter(({ atMs }) => atMs > this.time.nowMs - HISTORY_MS);
    for (const client of this.clients) client.receive({ changes: [read], loads: [], refused: [], gap: false });
  }

  /** The server's clock, which is nobody else's. */
  clockMs(): number {
    return 1_790_000_001_234 + this.time.nowMs;
  }

  chance(part: number): boolean {
    return part > 0 && this.random.nextBits() / 2 ** 32 < part;
  }

  delayMs(): number {
    const [least, most] = this.quality.delayMs;
    return least + (this.random.nextBits() / 2 ** 32) * (most - least);
  }
}

/** One party's store. */
export class SimClient implements StateStore {
  state: StoreState = 'connected';
  readonly #redis: SimRedis;
  readonly #told = new ToldStates();
  readonly #stateListeners = new Set<(state: StoreState) => void>();
  readonly #listeners = new Set<(batch: ChangesBatch) => void>();
  #isCut = false;
  #cuts = 0;
  /** How far the server's clock is ahead, by its last word. */
  #aheadMs: number | null = null;
  /** Where in the stream this client reads is settled: entries from then on are delivered. */
  #isPlaced = false;

  constructor(redis: SimRedis) {
    this.#redis = redis;
  }

  get trouble(): string | null {
    return this.state === 'connected' ? null : 'cut off';
  }

  /** Parts this party from Redis, or ends that. */
  cut(isCut: boolean): void {
    if (this.#isCut === isCut) return;
    this.#isCut = isCut;
    const turn = ++this.#cuts;
    const ms = isCut ? NOTICE_MS : (this.#redis.random.nextBits() / 2 ** 32) * RETURN_MS;
    this.#redis.time.timers.after(ms, () => {
      if (turn !== this.#cuts) return;
      this.#enter(isCut ? 'lost' : 'connected');
    });
  }

  /** Something from Redis is on its way here. */
  receive(batch: ChangesBatch): void {
    if (this.#listeners.size === 0 || !this.#isPlaced || this.#isCut || this.#redis.chance(this.#redis.quality.loss))
      return;
    for (let copies = this.#redis.chance(this.#redis.quality.repeats) ? 2 : 1; copies > 0; copies--) {
      this.#redis.time.timers.after(this.#redis.delayMs(), () => {
        if (!this.#isCut && this.state === 'connected') for (const listener of this.#listeners) listener(batch);
      });
    }
  }

  async publishSnapshot(snapshot: AgentSnapshot): Promise<void> {
    const news = { ...snapshot, reports: this.#told.newsIn(snapshot) };
    const isLost = await this.#send();
    if (!isLost) {
      const read = parseAgentSnapshot(encodeAgentSnapshot(snapshot));
      if ('fault' in read) throw new StoreError(read.fault);
      this.#redis.snapshots.set(snapshot.agent, read);
      this.#redis.epoch++;
      this.#redis.append(news);
    }
    this.#told.noteSnapshot(snapshot);
  }

  async publishChanges(changes: AgentChanges): Promise<void> {
    const sentMs = this.#redis.time.nowMs;
    if (!(await this.#send())) this.#redis.append(changes);
    const serverMs = this.#redis.clockMs();
    await this.#wait(this.#redis.delayMs());
    this.#aheadMs = serverMs - (sentMs + this.#redis.time.nowMs) / 2;
    this.#told.noteChanges(changes);
  }

  clockMs(): number | null {
    return this.#aheadMs === null ? null : this.#redis.time.nowMs + this.#aheadMs;
  }

  async readSnapshots(): Promise<SnapshotsRead> {
    await this.#send();
    const snapshots = [...this.#redis.snapshots.values()];
    const { epoch } = this.#redis;
    await this.#wait(this.#redis.delayMs());
    if (this.#isCut) throw new StoreError('cut off');
    return { snapshots, refused: [], epoch };
  }

  async publishLoads(): Promise<void> {}

  async publishNode(_: NodeStatus): Promise<void> {}

  async readNodes(): Promise<NodesRead> {
    return { nodes: [], refused: [] };
  }

  async readOverrides(): Promise<null> {
    return null;
  }

  async putOverride(override: Override): Promise<Override> {
    return override;
  }

  async removeOverride(): Promise<boolean> {
    return false;
  }

  async restoreOverrides(): Promise<void> {}

  subscribe(listener: (batch: ChangesBatch) => void): () => void {
    this.#listeners.add(listener);
    void this.#begin(listener);
    return () => this.#listeners.delete(listener);
  }

  onState(listener: (state: StoreState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.state = 'closed';
  }

  /** The first gap of a listener; the client's first one reads what the last seconds brought. */
  async #begin(listener: (batch: ChangesBatch) => void): Promise<void> {
    await this.#wait(this.#redis.delayMs());
    const changes = this.#isPlaced ? [] : this.#redis.history();
    this.#isPlaced = true;
    await this.#wait(this.#redis.delayMs());
    if (this.#listeners.has(listener) && this.state === 'connected')
      listener({ changes, loads: [], refused: [], gap: true });
  }

  /** The way to Redis; true if the message got lost there. */
  async #send(): Promise<boolean> {
    if (this.state !== 'connected') throw new StoreError('cut off');
    if (this.#isCut) await this.#wait(NOTICE_MS);
    else await this.#wait(this.#redis.delayMs());
    if (this.#isCut) throw new StoreError('cut off');
    return this.#redis.chance(this.#redis.quality.loss);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#redis.time.timers.after(ms, resolve));
  }

  #enter(state: StoreState): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    for (const listener of this.#stateListeners) listener(state);
    if (state === 'connected')
      for (const listener of this.#listeners) listener({ changes: [], loads: [], refused: [], gap: true });
  }
}
