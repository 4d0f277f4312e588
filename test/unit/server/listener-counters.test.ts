import { describe, expect, it } from 'vitest';
import {
  beat,
  count,
  createListenerCounters,
  ListenerCounter,
  readBeat,
  sumListenerCounters,
} from '../../../src/server/listener-counters.ts';

describe('listener counters', () => {
  it('are summed by name over all workers, and the beat is none of them', () => {
    const list = [createListenerCounters(), createListenerCounters()];
    count(list[0]!, ListenerCounter.UDP_PORT_ZERO);
    count(list[1]!, ListenerCounter.UDP_PORT_ZERO);
    count(list[1]!, ListenerCounter.ANSWER_BUGS);
    beat(list[0]!);
    const sums = sumListenerCounters(list);
    expect(sums).toMatchObject({ udpPortZero: 2, answerBugs: 1, tcpAccepted: 0 });
    expect(Object.values(sums).reduce((a, b) => a + b)).toBe(3);
  });

  it('show that a loop turns', () => {
    const counters = createListenerCounters();
    const before = readBeat(counters);
    beat(counters);
    expect(readBeat(counters)).not.toBe(before);
  });
});
