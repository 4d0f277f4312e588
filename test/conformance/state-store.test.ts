/** What both stores promise to agents and nodes; run on the in-process store and on every kind of real Redis. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeStatus } from '../../src/health/node-status.ts';
import type { Override } from '../../src/health/override.ts';
import type { AgentReport, AgentSnapshot } from '../../src/health/report.ts';
import { MemoryStore } from '../../src/redis/memory-store.ts';
import type { RedisAccess } from '../../src/redis/redis-access.ts';
import { RedisStore } from '../../src/redis/redis-store.ts';
import { type ChangesBatch, type StateStore, StoreError } from '../../src/redis/state-store.ts';
import { freePort } from '../tools/free-port.ts';
import { loadPush } from '../tools/load-push.ts';
import { shift as shiftAt } from '../tools/override.ts';
import { type RedisCluster, type SentinelGroup, startRedisCluster, startSentinels } from '../tools/redis-group.ts';
import { aclOfReadme, TLS_ARGUMENTS, tlsAccess } from '../tools/redis-locks.ts';
import { accessTo, hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';
import { until } from '../tools/until.ts';

/** What ended long ago is dropped. */
const createdMs = Date.now();
const shift = (id: string, fields: Partial<Override> = {}) => shiftAt(id, { createdMs, ...fields });

type Party = { readonly agent: StateStore; readonly node: StateStore; end(): Promise<void> };

let redis: RedisServer | null = null;
let locked: RedisServer | null = null;
let lockedAccess: RedisAccess | null = null;
let sentinels: SentinelGroup | null = null;
let redisCluster: RedisCluster | null = null;
let clusters = 0;

const makers: { name: string; isAvailable: boolean; make: () => Promise<Party> }[] = [
  {
    name: 'in-process store',
    isAvailable: true,
    make: async () => {
      const store = new MemoryStore();
      return { agent: store, node: store, end: () => store.close() };
    },
  },
  ...(
    [
      ['Redis store', () => redis!.access],
      ['Redis store over TLS, as the user that the README makes', () => lockedAccess!],
      ['Redis store through Sentinels', () => accessTo(sentinels!.url)],
      ['Redis store over a Cluster', () => accessTo(redisCluster!.url)],
    ] as const
  ).map(([name, access]) => ({ name, isAvailable: hasRedisServer(), make: () => makeRedisParty(access()) })),
];

async function makeRedisParty(access: RedisAccess): Promise<Party> {
  const cluster = `test${++clusters}`;
  const agent = new RedisStore({ access, cluster, clientName: 'agent' });
  const node = new RedisStore({ access, cluster, clientName: 'node' });
  await until('what was published', () => agent.state === 'connected' && node.state === 'connected');
  return { agent, node, end: async () => void (await Promise.all([agent.close(), node.close()])) };
}

/** A server that takes nobody without a certificate, and has the user of the README and no other. */
async function startLocked(): Promise<RedisServer> {
  lockedAccess = tlsAccess(await freePort());
  const port = String(lockedAccess.address.hosts[0]!.port);
  return startRedis([...TLS_ARGUMENTS, '--tls-port', port], aclOfReadme('pa%ss'));
}

beforeAll(async () => {
  if (!hasRedisServer()) return;
  [redis, locked, sentinels, redisCluster] = await Promise.all([
    startRedis(),
    startLocked(),
    startSentinels(),
    startRedisCluster(),
  ]);
}, 60_000);
afterAll(() => Promise.all([redis, locked, sentinels, redisCluster].map((server) => server?.stop())));

for (const { name, isAvailable, make } of makers) {
  describe.skipIf(!isAvailable)(name, () => {
    const withParty = (promise: (party: Party) => Promise<void>) => async () => {
      const party = await make();
      try {
        await promise(party);
      } finally {
        await party.end();
      }
    };

    it(
      'gives back the last snapshot of every agent, whole',
      withParty(async ({ agent, node }) => {
        expect(await node.readSnapshots()).toEqual({ snapshots: [], refused: [], epoch: 0 });
        const first = snapshot('a1', 1, [report('http://10.0.0.1/', { reason: 'connection refused', state: 'down' })]);
        const second = snapshot('a1', 2, [
          report('http://10.0.0.1/', { connectMs: 12.345, connectDevMs: 1, serverMs: 0 }),
        ]);
        const other = { ...snapshot('b.2_x', 7, []), region: 'us-east' };
        await agent.publishSnapshot(first);
        await agent.publishSnapshot(second);
        await agent.publishSnapshot(other);
        const read = await node.readSnapshots();
        expect(read.refused).toEqual([]);
        expect(read.snapshots.toSorted((a, b) => a.seq - b.seq)).toEqual([second, other]);
      }),
    );

    it(
      'raises the epoch with every snapshot',
      withParty(async ({ agent, node }) => {
        await agent.publishSnapshot(snapshot('a1', 1, []));
        const { epoch } = await node.readSnapshots();
        expect(epoch).toBeGreaterThan(0);
        await agent.publishSnapshot(snapshot('a1', 2, []));
        expect((await node.readSnapshots()).epoch).toBeGreaterThan(epoch);
      }),
    );

    it(
      'begins a subscription with a gap, then delivers changes and heartbeats in order',
      withParty(async ({ agent, node }) => {
        const { batches } = await subscribed(node);
        expect(batches[0]).toEqual({ changes: [], loads: [], refused: [], gap: true });
        const sent = [2, 3, 4, 5].map((seq) => snapshot('a1', seq, seq % 2 === 0 ? [report(`check ${seq}`)] : []));
        for (const changes of sent) await agent.publishChanges(changes);
        await until('what was published', () => changesOf(batches).length === 4);
        expect(changesOf(batches)).toEqual(sent);
        expect(batches.slice(1).every((batch) => !batch.gap && batch.refused.length === 0)).toBe(true);
      }),
    );

    it(
      'misses nothing that was published before the subscription and that no snapshot holds',
      withParty(async ({ agent, node }) => {
        const held = snapshot('a1', 2, [report('x', { seq: 2 })]);
        await agent.publishChanges(snapshot('a1', 1, [report('x')]));
        await agent.publishSnapshot(held);
        const since = [3, 4].map((seq) => snapshot('a1', seq, [report(`check ${seq}`, { seq })]));
        for (const changes of since) await agent.publishChanges(changes);
        const { batches } = await subscribed(node);
        expect((await node.readSnapshots()).snapshots).toEqual([held]);
        expect(batches).toHaveLength(1);
        expect(batches[0]).toMatchObject({ refused: [], gap: true });
        expect(batches[0]?.changes.filter(({ seq }) => seq > held.seq)).toEqual(since);
        await agent.publishChanges(snapshot('a1', 5, []));
        await until('what was published', () => batches.length === 2);
        expect(batches[1]).toEqual({ changes: [snapshot('a1', 5, [])], loads: [], refused: [], gap: false });
      }),
    );

    it(
      'tells subscribers of a snapshot by a heartbeat',
      withParty(async ({ agent, node }) => {
        const { batches } = await subscribed(node);
        await agent.publishSnapshot(snapshot('a1', 9, [report('x')]));
        await until('what was published', () => changesOf(batches).length === 1);
        expect(changesOf(batches)).toEqual([snapshot('a1', 9, [])]);
      }),
    );

    it(
      'tells subscribers at once what a snapshot holds that was not told as changes',
      withParty(async ({ agent, node }) => {
        await agent.publishSnapshot(snapshot('a1', 1, [report('x'), report('y'), report('z')]));
        const { batches } = await subscribed(node);
        const told = report('z', { state: 'down', seq: 2 });
        await agent.publishChanges(snapshot('a1', 2, [told]));
        const news = report('y', { state: 'down', seq: 3 });
        await agent.publishSnapshot(snapshot('a1', 3, [report('x', { seq: 3 }), news, told]));
        await agent.publishSnapshot(snapshot('a1', 4, [report('x', { seq: 3 }), news, told]));
        const later = () => changesOf(batches.slice(1));
        await until('what was published', () => later().length === 3);
        expect(later().map(({ reports }) => reports)).toEqual([[told], [news], []]);
      }),
    );

    it(
      'delivers 5,000 changes at once, none lost',
      withParty(async ({ agent, node }) => {
        const { batches } = await subscribed(node);
        const ids = Array.from({ length: 5_000 }, (_, i) => `https://10.0.${i >> 8}.${i & 255}:443/healthz`);
        await agent.publishChanges(
          snapshot(
            'a1',
            1,
            ids.map((id) => report(id, { state: 'down' })),
          ),
        );
        const got = () => changesOf(batches).flatMap((changes) => changes.reports.map(({ id }) => id));
        await until('what was published', () => got().length >= ids.length);
        expect(got()).toEqual(ids);
      }),
    );

    it(
      'delivers to several subscribers, and to none that has left',
      withParty(async ({ agent, node }) => {
        const one = await subscribed(node);
        const two = await subscribed(node);
        one.end();
        await agent.publishChanges(snapshot('a1', 1, []));
        await until('what was published', () => changesOf(two.batches).length === 1);
        expect(changesOf(one.batches)).toEqual([]);
      }),
    );

    it(
      'tells every subscriber of loads that were pushed, beside the changes of agents',
      withParty(async ({ agent, node }) => {
        const parties = [await subscribed(agent), await subscribed(node)];
        const pushes = [loadPush('192.0.2.1', 5), loadPush('2001:db8::1', 0.25, 'www.example.com.', { target: null })];
        await node.publishLoads(pushes);
        await agent.publishChanges(snapshot('a1', 1, []));
        await node.publishLoads(pushes.slice(1));
        for (const { batches } of parties) {
          await until('what was published', () => loadsOf(batches).length === 3 && changesOf(batches).length === 1);
          expect(loadsOf(batches)).toEqual([...pushes, pushes[1]]);
          expect(batches.slice(1).every((batch) => !batch.gap && batch.refused.length === 0)).toBe(true);
        }
        expect(await node.readSnapshots()).toEqual({ snapshots: [], refused: [], epoch: 0 });
      }),
    );

    it(
      'lists every node with its last status',
      withParty(async ({ agent, node }) => {
        await node.publishNode(status('dns1', 1));
        await node.publishNode(status('dns1', 2));
        await node.publishNode(status('dns2', 1));
        const { nodes, refused } = await agent.readNodes();
        expect(refused).toEqual([]);
        expect(nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1))).toEqual([status('dns1', 2), status('dns2', 1)]);
      }),
    );

    it(
      'keeps shifts in versions, and says nothing to who knows the newest',
      withParty(async ({ agent: operator, node }) => {
        expect(await node.readOverrides(0)).toBeNull();
        const kept = [
          await operator.putOverride(shift('one')),
          await operator.putOverride(shift('two', { factor: 0.5 })),
        ];
        const read = await node.readOverrides(0);
        expect(read?.overrides.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(kept);
        const { createdMs: _, expiresMs: __, ...what } = shift('two', { factor: 0.5 });
        expect(kept[1]).toMatchObject(what);
        expect(kept[1]!.expiresMs - kept[1]!.createdMs).toBe(3_600_000);
        expect(read).toMatchObject({ refused: [], version: 2 });
        expect(await node.readOverrides(2)).toBeNull();
        expect(await operator.removeOverride('one')).toBe(true);
        expect(await operator.removeOverride('one')).toBe(false);
        expect((await node.readOverrides(2))?.version).toBe(3);
      }),
    );

    it(
      'is told again by nodes what it has forgotten, unless it knows more',
      withParty(async ({ agent: operator, node }) => {
        await operator.putOverride(shift('new'));
        await node.restoreOverrides([shift('old')], 1);
        expect((await node.readOverrides(-1))?.overrides.map(({ id }) => id)).toEqual(['new']);
        await node.restoreOverrides([shift('old')], 7);
        const read = await node.readOverrides(7);
        expect(read?.overrides.map(({ id }) => id).sort()).toEqual(['new', 'old']);
        expect(read?.version).toBe(8);
      }),
    );

    it(
      'tells when it is closed, and refuses everything then',
      withParty(async ({ node }) => {
        const states: string[] = [];
        node.onState((state) => states.push(state));
        expect(node.trouble).toBeNull();
        await node.close();
        expect(node.state).toBe('closed');
        expect(states).toEqual(['closed']);
        await expect(node.readSnapshots()).rejects.toThrow(StoreError);
        await expect(node.readNodes()).rejects.toThrow(StoreError);
        await expect(node.publishSnapshot(snapshot('a1', 1, []))).rejects.toThrow(StoreError);
        await expect(node.publishChanges(snapshot('a1', 1, []))).rejects.toThrow(StoreError);
        await expect(node.publishLoads([loadPush('192.0.2.1', 1)])).rejects.toThrow(StoreError);
        await expect(node.publishNode(status('dns1', 1))).rejects.toThrow(StoreError);
        await expect(node.readOverrides(0)).rejects.toThrow(StoreError);
        await expect(node.putOverride(shift('x'))).rejects.toThrow(StoreError);
        await expect(node.removeOverride('x')).rejects.toThrow(StoreError);
        await expect(node.restoreOverrides([], 9)).rejects.toThrow(StoreError);
      }),
    );
  });
}

function snapshot(agent: string, seq: number, reports: AgentReport[]): AgentSnapshot {
  return { agent, region: 'eu-west', boot: 'boot1', seq, intervalMs: 5_000, reports };
}

function report(id: string, fields: Partial<AgentReport> = {}): AgentReport {
  const base = { reason: '', connectMs: null, connectDevMs: null, serverMs: null, seq: 1, heldMs: 0, failing: 0 };
  return { id, state: 'up', ...base, ...fields };
}

function status(node: string, seq: number): NodeStatus {
  return {
    node,
    boot: 'b',
    seq,
    version: '0.1.0',
    mode: 'NORMAL',
    modeReason: null,
    modeHeldMs: 5,
    uptimeMs: 10,
    listen: ['127.0.0.1:5300'],
    zones: 1,
    checksUp: 1,
    checksDown: 2,
    checksUnknown: 3,
    downChecks: ['tcp://192.0.2.1:80'],
    unknownChecks: [],
    regionsFresh: 1,
    regionsKnown: 1,
  };
}

/** A subscription whose first batch, the gap, has come. */
async function subscribed(store: StateStore): Promise<{ batches: ChangesBatch[]; end: () => void }> {
  const batches: ChangesBatch[] = [];
  const end = store.subscribe((batch) => batches.push(batch));
  await until('what was published', () => batches.length > 0);
  return { batches, end };
}

function changesOf(batches: readonly ChangesBatch[]) {
  return batches.flatMap((batch) => batch.changes);
}

function loadsOf(batches: readonly ChangesBatch[]) {
  return batches.flatMap((batch) => batch.loads);
}
