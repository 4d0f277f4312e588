import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AgentChanges } from '../../../src/health/report.ts';
import { ProbeAgent, type ProbeAgentOptions } from '../../../src/probe/agent.ts';
import type { ProbeResult } from '../../../src/probe/check-attempt.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { systemClock } from '../../../src/redis/system-clock.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { FakeAgentStore } from '../../tools/fake-agent-store.ts';
import { startHttpEndpoint } from '../../tools/http-endpoint.ts';

const OK: ProbeResult = {
  outcome: 'ok',
  reason: '',
  connectMs: 1,
  tlsMs: null,
  certificateExpiresMs: null,
  serverMs: 2,
};
const FAILED: ProbeResult = {
  outcome: 'failed',
  reason: 'status 503',
  connectMs: 1,
  tlsMs: null,
  certificateExpiresMs: null,
  serverMs: 2,
};

/** Slots go by the wall clock. */
const NOW_MS = Date.UTC(2026, 0, 1);

function checks(count: number): Map<string, CheckSpec> {
  const specs = Array.from({ length: count }, (_, i) => checkSpec({ path: `/${i}` }));
  return new Map(specs.map((spec) => [spec.id, spec]));
}

/** A log that keeps its lines. */
function fakeLog() {
  const lines: { level: string; entry: Record<string, unknown> }[] = [];
  const write = (level: string) => (entry: Record<string, unknown>) => lines.push({ level, entry });
  const log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
  } as unknown as ProbeAgentOptions['log'];
  return { lines, log };
}

let agent: ProbeAgent | null = null;

/** An agent over a fake store and fake checks whose result the test sets; `ran` has the path of each that ended. */
function startAgent(set: ReadonlyMap<string, CheckSpec>) {
  const world = { result: (_: CheckSpec): ProbeResult => OK, ran: [] as string[] };
  const store = new FakeAgentStore();
  const { lines, log } = fakeLog();
  const runCheck = async (spec: CheckSpec) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    world.ran.push(spec.path);
    return world.result(spec);
  };
  agent = new ProbeAgent({ agentId: 'a1', region: 'eu-west', checks: set, store, clock: systemClock, log, runCheck });
  agent.start();
  return { agent, world, store, lines };
}

const tick = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Past the first runs, to the middle between two runs of the check `/0`: their jitter takes none across the edge of what is counted from here. */
async function tickBetweenRuns(world: { readonly ran: string[] }): Promise<void> {
  await tick(6_000);
  world.ran.length = 0;
  for (let ms = 0; ms < 6_000 && !world.ran.includes('/0'); ms += 10) await tick(10);
  expect(world.ran).toContain('/0');
  await tick(2_500);
}

describe('probe agent', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW_MS });
  });

  afterEach(async () => {
    const stopped = agent?.stop();
    await tick(100);
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('publishes a first snapshot as soon as every check had its first result', async () => {
    const { store, agent } = startAgent(checks(20));
    await tick(150);
    expect(store.snapshots).toHaveLength(1);
    expect(store.snapshots[0]).toMatchObject({ agent: 'a1', region: 'eu-west', boot: agent.boot, seq: 1 });
    expect(store.snapshots[0]!.lagMs).toBeGreaterThanOrEqual(0);
    expect(store.snapshots[0]?.reports.map((report) => report.state)).toEqual(new Array(20).fill('up'));
    expect(agent.status()).toMatchObject({ up: 20, down: 0, unknown: 0, published: 1, publishTrouble: null });
  });

  it('carries load reports in snapshots and with heartbeats, and tells of refused ones once', async () => {
    const { store, world, agent, lines } = startAgent(checks(3));
    const load = { current: 7, target: null, max: null, utilisation: null, requestsPerSecond: null };
    world.result = () => ({ ...OK, load: { ...load, errorsPerSecond: null, validSeconds: 60 } });
    await tick(12_000);
    expect(store.snapshots.at(-1)?.reports.map((report) => report.load?.current)).toEqual([7, 7, 7]);
    const carried = store.changes.filter(({ reports }) => reports.length > 0);
    expect(carried.flatMap(({ reports }) => reports.map((report) => report.load?.current))).toEqual([7, 7, 7]);
    world.result = () => ({ ...OK, load: { fault: 'not JSON' } });
    await tick(30_000);
    expect(lines.filter(({ entry }) => entry.event === 'load-refused')).toHaveLength(3);
    expect(agent.status().loadsRefused).toBeGreaterThan(9);
    expect(store.snapshots.at(-1)?.reports[0]?.load?.ageMs).toBeGreaterThan(20_000);
  });

  it('waits two seconds for first results, not longer', async () => {
    const { store, world } = startAgent(checks(3));
    const { promise, resolve } = Promise.withResolvers<ProbeResult>();
    world.result = () => promise as unknown as ProbeResult;
    await tick(1_990);
    expect(store.calls).toBe(0);
    await tick(20);
    expect(store.snapshots[0]?.reports.map((report) => report.state)).toEqual(['unknown', 'unknown', 'unknown']);
    resolve(OK);
  });

  it('beats every five seconds, whole every ten, with one sequence and the same work when all is on fire', async () => {
    const { store, world } = startAgent(checks(100));
    await tick(60_000);
    const quiet = { snapshots: store.snapshots.length, changes: store.changes.length };
    expect(quiet.snapshots).toBe(7);
    expect(quiet.changes).toBe(6);
    expect(store.changes.every((change) => change.reports.length === 0)).toBe(true);
    const seqs = [...store.snapshots, ...store.changes].map((said) => said.seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    world.result = () => FAILED;
    await tick(20_000);
    const burning = { snapshots: store.snapshots.length, changes: store.changes.length };
    await tick(60_000);
    expect(store.snapshots.length - burning.snapshots).toBe(6);
    expect(store.changes.length - burning.changes).toBe(6);
  });

  it('publishes changes at once, those of 20 ms together, and logs only them', async () => {
    const { store, world, lines } = startAgent(checks(50));
    await tick(6_000);
    const before = store.changes.length;
    const [first] = checks(1).keys();
    world.result = (spec) => (spec.id === first ? FAILED : OK);
    await tick(11_500);
    const news = store.changes.slice(before).filter((change) => change.reports.length > 0);
    // The suspicion, and its confirmation a quarter of a second after it.
    expect(news).toHaveLength(2);
    expect(news.shift()?.reports).toMatchObject([{ id: first, state: 'up', failing: 1 }]);
    expect(news[0]?.reports).toMatchObject([{ id: first, state: 'down', failing: 2, reason: 'status 503' }]);
    // Held for as long as it was kept back.
    expect(news[0]?.reports[0]?.heldMs).toBeGreaterThanOrEqual(20);
    expect(news[0]?.reports[0]?.heldMs).toBeLessThan(30);
    const loud = lines.filter((line) => line.level !== 'debug');
    expect(loud).toMatchObject([
      { level: 'warn', entry: { event: 'check-state', check: first, from: 'up', to: 'down', reason: 'status 503' } },
    ]);
  });

  it('confirms a first failure by a second run, and runs at once what others suspect, once an interval', async () => {
    const { store, world } = startAgent(checks(2));
    await tickBetweenRuns(world);
    const [first] = checks(2).keys();
    const report = { state: 'up', reason: '', connectMs: null, connectDevMs: null, serverMs: null, seq: 9, heldMs: 0 };
    const suspicion = { reports: [{ ...report, id: first!, failing: 1 } as const] } as unknown as AgentChanges;
    const countWithin = async (ms: number) => {
      world.ran.length = 0;
      await tick(ms);
      return world.ran.filter((path) => path === '/0').length;
    };
    // One regular run in each interval.
    expect(await countWithin(5_000)).toBe(1);
    // Nor for a suspicion of the past.
    store.tell(suspicion, true);
    expect(await countWithin(20)).toBe(0);
    store.tell(suspicion);
    expect(await countWithin(20)).toBe(1);
    store.tell(suspicion);
    store.tell({ ...suspicion, agent: 'a1' });
    store.tell({
      reports: [{ ...report, id: first!, failing: 2 } as never, { ...report, id: 'other', failing: 1 } as never],
    });
    expect(await countWithin(20)).toBe(0);
    await tick(5_000);
    store.tell(suspicion);
    expect(await countWithin(20)).toBe(1);
  });

  it('gathers changes when very many things die, and tells of all', async () => {
    const { store, world } = startAgent(checks(1_000));
    await tick(6_000);
    const before = store.changes.length;
    world.result = () => FAILED;
    await tick(9_000);
    expect(store.changes.length - before).toBeLessThan(90);
    expect(new Set(store.changes.flatMap(({ reports }) => reports.map(({ id }) => id))).size).toBe(1_000);
  });

  it('suspects once, however long a check goes on failing', async () => {
    const { store, world } = startAgent(checks(1));
    await tickBetweenRuns(world);
    world.ran.length = 0;
    world.result = () => FAILED;
    await tick(30_000);
    // One in each interval, and the one that confirms the first failure.
    expect(world.ran).toHaveLength(7);
    const said = store.changes.flatMap(({ reports }) => reports.map(({ state, failing }) => `${state} ${failing}`));
    expect(said).toEqual(['up 1', 'down 2']);
  });

  it('says why a check cannot be made, and never that the endpoint is down', async () => {
    const { store, world, lines } = startAgent(checks(1));
    world.result = () => ({ ...FAILED, outcome: 'unknown', reason: 'ICMP checks are not supported' });
    await tick(60_000);
    expect(store.snapshots.at(-1)?.reports).toMatchObject([
      { state: 'unknown', reason: 'ICMP checks are not supported' },
    ]);
    expect(lines).toHaveLength(1);
  });

  it('keeps the state of checks that survive a new set, and tells of the set at once', async () => {
    const all = [...checks(30)];
    const { agent, store } = startAgent(new Map(all.slice(0, 20)));
    await tick(6_000);
    const before = store.snapshots.length;
    agent.setChecks(new Map(all.slice(10)));
    await tick(25);
    const reports = store.snapshots.at(-1)!.reports;
    expect(store.snapshots.length).toBe(before + 1);
    expect(reports.map((report) => report.id)).toEqual(all.slice(10).map(([id]) => id));
    expect(reports.slice(0, 10).every((report) => report.state === 'up')).toBe(true);
    await tick(200);
    expect(agent.status()).toMatchObject({ up: 20, unknown: 0 });
  });

  it('gives a check that comes back a newer version than it had', async () => {
    const set = checks(2);
    const { agent, store } = startAgent(set);
    await tick(30_000);
    const before = Math.max(...store.snapshots.at(-1)!.reports.map((report) => report.seq));
    agent.setChecks(new Map());
    await tick(100);
    agent.setChecks(set);
    await tick(300);
    await tick(10_000);
    for (const report of store.snapshots.at(-1)!.reports) expect(report.seq).toBeGreaterThan(before);
  });

  it('goes on without its store, queues nothing, and publishes the present when it is back', async () => {
    const { agent, store, world } = startAgent(checks(40));
    await tick(6_000);
    store.enter('lost');
    const { calls } = store;
    world.result = () => FAILED;
    await tick(60_000);
    expect(store.calls).toBe(calls);
    expect(agent.status()).toMatchObject({ up: 0, down: 40 });
    expect(agent.status().publishedAgoMs).toBeGreaterThan(60_000);
    store.enter('connected');
    await tick(1);
    expect(store.calls).toBe(calls + 1);
    expect(store.snapshots.at(-1)?.reports.every((report) => report.state === 'down')).toBe(true);
  });

  it('tries a refusing store once a beat, with the whole snapshot, and logs trouble and its end once', async () => {
    const { agent, store, world, lines } = startAgent(checks(40));
    await tick(6_000);
    store.isRefusing = true;
    const { calls } = store;
    let round = 0;
    world.result = () => (round++ % 3 === 0 ? OK : FAILED);
    await tick(60_000);
    expect(store.calls - calls).toBeLessThanOrEqual(13);
    expect(agent.status().publishTrouble).toBe('OOM command not allowed');
    store.isRefusing = false;
    const before = store.snapshots.length;
    await tick(5_000);
    expect(store.snapshots.length).toBe(before + 1);
    const events = lines.map((line) => line.entry.event).filter((event) => event !== 'check-state');
    expect(events).toEqual(['publish-failed', 'publish-restored']);
  });

  it('repeats nothing that did not arrive: the next beat says it all', async () => {
    const { store } = startAgent(checks(2));
    await tick(9_900);
    expect(store.snapshots).toHaveLength(1);
    // The beat of the tenth second is a whole one, that of the fifteenth would be a heartbeat.
    store.isRefusing = true;
    await tick(4_000);
    store.isRefusing = false;
    expect(store.snapshots).toHaveLength(1);
    const changes = store.changes.length;
    await tick(1_500);
    expect(store.snapshots).toHaveLength(2);
    expect(store.changes).toHaveLength(changes);
  });

  it('no longer vouches for checks that it does not get round to', async () => {
    const { agent, world } = startAgent(checks(4));
    await tick(6_000);
    const { promise, resolve } = Promise.withResolvers<ProbeResult>();
    world.result = () => promise as unknown as ProbeResult;
    await tick(30_000);
    expect(agent.status()).toMatchObject({ up: 0, down: 0, unknown: 4 });
    resolve(OK);
    await tick(100);
    expect(agent.status()).toMatchObject({ up: 4 });
  });
});

describe('probe agent on real sockets', () => {
  it('sees an endpoint go and come back, and tells the store', async () => {
    const endpoint = await startHttpEndpoint({ address: '127.0.0.4' });
    const store = new MemoryStore();
    const spec = checkSpec({ target: '127.0.0.4', port: endpoint.port, intervalMs: 100, timeoutMs: 80 });
    const said: string[] = [];
    store.subscribe((batch) => {
      for (const change of batch.changes)
        for (const { state, failing } of change.reports) said.push(`${state} ${failing}`);
    });
    const { log } = fakeLog();
    const real = new ProbeAgent({
      agentId: 'a1',
      region: 'local',
      checks: new Map([[spec.id, spec]]),
      store,
      clock: systemClock,
      log,
    });
    real.start();
    await vi.waitFor(() => expect(real.status()).toMatchObject({ up: 1, published: 1 }), 20_000);
    await endpoint.refuse();
    await vi.waitFor(() => expect(said).toEqual(['up 1', 'down 2']), 20_000);
    await endpoint.accept();
    await vi.waitFor(() => expect(said).toEqual(['up 1', 'down 2', 'down 0', 'up 0']), 20_000);
    await real.stop();
    const { snapshots } = await store.readSnapshots();
    expect(snapshots).toMatchObject([{ agent: 'a1', region: 'local', boot: real.boot }]);
    await endpoint.stop();
    await store.close();
  });
});
