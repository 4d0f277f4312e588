import { describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../../src/answer/answer-policy.ts';
import { createClientSamples } from '../../../src/answer/client-samples.ts';
import { createCounters } from '../../../src/answer/counters.ts';
import { createEndpointTally } from '../../../src/answer/endpoint-tally.ts';
import { Transport } from '../../../src/answer/transaction.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { type AnswerDefect, createGuardedAnswer } from '../../../src/server/guarded-answer.ts';
import { createListenerCounters, ListenerCounter } from '../../../src/server/listener-counters.ts';
import { ServingState } from '../../../src/server/serving-state.ts';
import { WorkerClock } from '../../../src/server/worker-clock.ts';

const QUERY = Buffer.from('beef01000001000000000000076578616d706c6503636f6d0000010001', 'hex');
const WORDS = Uint32Array.of(0x7f000001, 0, 0, 0);

function guarded(answer?: () => number) {
  const defects: AnswerDefect[] = [];
  const listenerCounters = createListenerCounters();
  const port = createGuardedAnswer({
    tables: new ServingState(createHealthTable(16)),
    counters: createCounters(),
    listenerCounters,
    tally: createEndpointTally(16),
    samples: createClientSamples(),
    transport: Transport.UDP,
    seed: 1,
    policy: PLAIN_POLICY,
    clock: new WorkerClock(),
    onDefect: (defect) => defects.push(defect),
    ...(answer ? { answer } : {}),
  });
  const ask = (query: Uint8Array) => {
    const bytes = new Uint8Array(4096 + 7);
    bytes.set(query, 7);
    const octets = port(bytes, 7, query.length, 4, WORDS);
    return Buffer.from(bytes.subarray(7, 7 + octets));
  };
  return { ask, defects, listenerCounters };
}

describe('createGuardedAnswer', () => {
  it('answers in place with the tables it has', () => {
    expect(guarded().ask(QUERY).subarray(0, 4).toString('hex')).toBe('beef8105');
  });

  it('turns a bug of ours into SERVFAIL for that query, and goes on', () => {
    let calls = 0;
    const { ask, defects, listenerCounters } = guarded(() => {
      calls++;
      throw new Error('a bug');
    });
    expect(ask(QUERY).toString('hex')).toBe('beef81020000000000000000');
    ask(QUERY);
    expect(calls).toBe(2);
    expect(listenerCounters[ListenerCounter.ANSWER_BUGS]).toBe(2);
    expect(defects).toHaveLength(1);
    expect(defects[0]!.error).toContain('a bug');
    expect(defects[0]!.queryHex).toBe(QUERY.toString('hex'));
  });

  it('stays silent to a response or a runt even then', () => {
    const { ask } = guarded(() => {
      throw new Error('a bug');
    });
    const response = Buffer.from(QUERY);
    response[2] = 0x81;
    expect(ask(response)).toHaveLength(0);
    expect(ask(QUERY.subarray(0, 11))).toHaveLength(0);
  });
});
