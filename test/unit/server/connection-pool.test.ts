import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { TCP_IDLE_MS, TCP_IDLE_MS_MIN } from '../../../src/base/limits.ts';
import { ConnectionPool, type PooledConnection, type PoolLimits } from '../../../src/server/connection-pool.ts';
import { createListenerCounters, ListenerCounter } from '../../../src/server/listener-counters.ts';

const pools: ConnectionPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.stop();
});

function createPool(limits: Partial<PoolLimits> = {}) {
  const counters = createListenerCounters();
  const pool = new ConnectionPool({ descriptorsLeft: () => 1_000, ...limits }, counters);
  pools.push(pool);
  const closed: string[] = [];
  const connect = (name: string, clientKey: string | null = name): PooledConnection => {
    const connection = {
      clientKey,
      deadlineMs: () => (name === 'late' ? 0 : Number.POSITIVE_INFINITY),
      finish: () => closed.push(`${name} finished`),
      destroy: () => closed.push(name),
    };
    pool.add(connection);
    return connection;
  };
  return { pool, counters, closed, connect };
}

describe('ConnectionPool', () => {
  it('closes whoever has been silent longest when it is full', () => {
    const { pool, closed, connect, counters } = createPool({ connectionsMax: 3 });
    const a = connect('a');
    for (const name of ['b', 'c']) connect(name);
    pool.touch(a);
    connect('d');
    expect(closed).toEqual(['b']);
    expect(counters[ListenerCounter.TCP_OPEN]).toBe(3);
    expect(counters[ListenerCounter.TCP_EVICTED]).toBe(1);
  });

  it('closes a connection of the same client when that has its share', () => {
    const { closed, connect } = createPool({ connectionsPerClientMax: 2 });
    connect('other');
    for (const name of ['x1', 'x2', 'x3']) connect(name, 'x');
    expect(closed).toEqual(['x1']);
  });

  it('counts nobody for connections whose client is not known yet, and the client in the next phase', () => {
    const { pool, closed, connect } = createPool({ connectionsPerClientMax: 1 });
    const prefaces = [connect('p1', null), connect('p2', null), connect('p3', null)];
    expect(closed).toEqual([]);
    const next = (name: string) => ({ ...prefaces[0]!, clientKey: 'x', destroy: () => closed.push(name) });
    expect(pool.replace(prefaces[0]!, next('n1'))).toBe(true);
    expect(pool.replace(prefaces[1]!, next('n2'))).toBe(true);
    expect(closed).toEqual(['n1']);
  });

  it('does not take the next phase of a connection that has been closed', () => {
    const { pool, connect, counters } = createPool();
    const before = connect('a');
    pool.remove(before);
    expect(pool.replace(before, { ...before })).toBe(false);
    expect(counters[ListenerCounter.TCP_OPEN]).toBe(0);
  });

  it('shrinks to the descriptors that the process has left, and keeps one place always', () => {
    let left = 1;
    const { closed, connect, counters } = createPool({ descriptorsLeft: () => left });
    connect('a');
    connect('b');
    expect(closed).toEqual(['a']);
    expect(counters[ListenerCounter.TCP_NO_DESCRIPTORS]).toBe(0);
    left = 0;
    connect('c');
    expect(closed).toEqual(['a', 'b']);
  });

  it('gives back connections when descriptors become scarce, without a newcomer', async () => {
    let left = 100;
    const { pool, closed, connect, counters } = createPool({ descriptorsLeft: () => left });
    for (const name of ['a', 'b', 'c']) connect(name);
    left = -2;
    pool.start();
    for (const end = performance.now() + 5_000; closed.length < 2 && performance.now() < end; ) await sleep(20);
    expect(closed).toEqual(['a', 'b']);
    expect(counters[ListenerCounter.TCP_NO_DESCRIPTORS]).toBeGreaterThan(0);
  });

  it('bears less idleness the fuller it is (RFC 7766 6.2.3)', () => {
    const { pool, connect } = createPool({ connectionsMax: 4 });
    const borne = [pool.idleMs];
    for (const name of ['a', 'b', 'c', 'd']) {
      connect(name);
      borne.push(pool.idleMs);
    }
    expect(borne.slice(0, 3)).toEqual([TCP_IDLE_MS, TCP_IDLE_MS, TCP_IDLE_MS]);
    expect(borne[3]).toBe((TCP_IDLE_MS + TCP_IDLE_MS_MIN) / 2);
    expect(borne[4]).toBe(TCP_IDLE_MS_MIN);
  });

  it('closes what is overdue, and counts it', async () => {
    const { pool, closed, connect, counters } = createPool();
    connect('early');
    connect('late');
    pool.start();
    for (const end = performance.now() + 5_000; closed.length < 1 && performance.now() < end; ) await sleep(20);
    expect(closed).toEqual(['late']);
    expect(counters[ListenerCounter.TCP_TIMED_OUT]).toBe(1);
  });

  it('sheds as many as it is told, and ends all gently or at once', () => {
    const { pool, closed, connect } = createPool();
    for (const name of ['a', 'b', 'c']) connect(name);
    pool.shed(1);
    pool.finishAll();
    pool.destroyAll();
    expect(closed).toEqual(['a', 'b finished', 'c finished', 'b', 'c']);
  });
});
