import { describe, expect, it } from 'vitest';
import {
  beat,
  count,
  createListenerCounters,
  ListenerCounter,
  readBeat,
  reportListenerCounters,
} from '../../../src/server/listener-counters.ts';

describe('listener counters', () => {
  it('are told by name out of the totals, and what is open by what is open now', () => {
    const list = [createListenerCounters(), createListenerCounters()];
    count(list[0]!, ListenerCounter.TCP_OPEN);
    count(list[1]!, ListenerCounter.TCP_OPEN);
    beat(list[0]!);
    const totals = new Float64Array(list[0]!.length).fill(2 ** 40);
    const figures = reportListenerCounters(totals, list);
    expect(figures).toMatchObject({ udpPortZero: 2 ** 40, answerBugs: 2 ** 40, tcpOpen: 2 });
    expect(Object.keys(figures).length).toBe(Object.keys(ListenerCounter).length);
  });

  it('show that a loop turns', () => {
    const counters = createListenerCounters();
    const before = readBeat(counters);
    beat(counters);
    expect(readBeat(counters)).not.toBe(before);
  });
});
