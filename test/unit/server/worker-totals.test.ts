import { describe, expect, it } from 'vitest';
import { Counter, createCounters } from '../../../src/answer/counters.ts';
import { createListenerCounters, ListenerCounter } from '../../../src/server/listener-counters.ts';
import { createServiceTimes } from '../../../src/server/service-times.ts';
import { WorkerTotals } from '../../../src/server/worker-totals.ts';

function twoWorkers() {
  const worker = () => ({
    counters: createCounters(),
    listenerCounters: createListenerCounters(),
    serviceTimes: createServiceTimes(),
  });
  const [a, b] = [worker(), worker()];
  return { a, b, totals: new WorkerTotals([a, b]) };
}

describe('the totals of the workers', () => {
  it('add all workers up', () => {
    const { a, b, totals } = twoWorkers();
    a.counters[Counter.QUERIES] = 3;
    b.counters[Counter.QUERIES] = 4;
    a.listenerCounters[ListenerCounter.TCP_ACCEPTED] = 1;
    b.listenerCounters[ListenerCounter.TCP_ACCEPTED] = 1;
    expect(totals.dns().queries.udp).toBe(7);
    expect(totals.sockets().tcpAccepted).toBe(2);
  });

  it('go on where the word of one worker wraps', () => {
    const { a, b, totals } = twoWorkers();
    a.counters[Counter.QUERIES] = 0xfffffffe;
    a.listenerCounters[ListenerCounter.UDP_PORT_ZERO] = -2;
    totals.look();
    b.counters[Counter.QUERIES] = 10;
    totals.look();
    for (let i = 0; i < 5; i++) {
      a.counters[Counter.QUERIES]!++;
      a.listenerCounters[ListenerCounter.UDP_PORT_ZERO]!++;
    }
    expect(a.counters[Counter.QUERIES]).toBe(3);
    expect(totals.dns().queries.udp).toBe(10 + 0xfffffffe + 5);
    expect(totals.sockets().udpPortZero).toBe(0xfffffffe + 5);
  });

  it('add the service times of all workers up', () => {
    const { a, b, totals } = twoWorkers();
    for (const { serviceTimes } of [a, b]) serviceTimes[0] = 2;
    expect(totals.serviceTimes().udp.counts[0]).toBe(4);
  });

  it('follow what is open down as well as up', () => {
    const { a, b, totals } = twoWorkers();
    a.listenerCounters[ListenerCounter.TCP_OPEN] = 9;
    b.listenerCounters[ListenerCounter.TCP_OPEN] = 1;
    expect(totals.sockets().tcpOpen).toBe(10);
    a.listenerCounters[ListenerCounter.TCP_OPEN] = 4;
    expect(totals.sockets().tcpOpen).toBe(5);
  });
});
