/**
 * One worker's way of answering: its Transaction, its tables, its counters. And what happens when answering meets a bug of
 * ours: that query gets SERVFAIL, the next one a fresh Transaction, and the pool is told once, so that a successor takes
 * over while this worker goes on. A query that always meets the bug costs its sender an answer and nobody else anything.
 */

import type { AnswerPolicy } from '../answer/answer-policy.ts';
import { answerQuery } from '../answer/answer-query.ts';
import { ClientSampler, type ClientSamples } from '../answer/client-samples.ts';
import type { Counters } from '../answer/counters.ts';
import type { EndpointTally } from '../answer/endpoint-tally.ts';
import type { ServingTables } from '../answer/serving-tables.ts';
import { Transaction } from '../answer/transaction.ts';
import { Rcode } from '../wire/codes.ts';
import { HEADER_BYTES } from '../wire/query-parser.ts';
import type { AnswerPort } from './answer-port.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import type { WorkerClock } from './worker-clock.ts';

/** A thrown error with the query that met it, for the log. */
export type AnswerDefect = { readonly error: string; readonly queryHex: string };

export type GuardedAnswerInput = {
  readonly tables: ServingTables;
  readonly counters: Counters;
  readonly listenerCounters: ListenerCounters;
  readonly tally: EndpointTally;
  readonly samples: ClientSamples;
  /** A `Transport`. */
  readonly transport: number;
  readonly seed: number;
  readonly policy: AnswerPolicy;
  readonly clock: WorkerClock;
  /** Called for the first defect only. */
  readonly onDefect: (defect: AnswerDefect) => void;
  /** `answerQuery`, unless a test wants a bug. */
  readonly answer?: typeof answerQuery;
};

/** Octets of a query that are logged: the header and any question. */
const DEFECT_BYTES_MAX = 300;

/** The answerer of one worker; it never throws. */
export function createGuardedAnswer(input: GuardedAnswerInput): AnswerPort {
  const { tables, counters, listenerCounters, clock, answer = answerQuery } = input;
  let tx = createTransaction(input, input.seed);
  let told = false;
  return (bytes, start, length, family, words) => {
    tx.bytes = bytes;
    tx.start = start;
    tx.length = length;
    tx.nowSeconds = clock.seconds;
    tx.nowMs = clock.milliseconds;
    tx.clientFamily = family;
    // Word by word: `set` is a call into the runtime, 25 ns a query.
    const { clientWords } = tx;
    clientWords[0] = words[0]!;
    clientWords[1] = words[1]!;
    clientWords[2] = words[2]!;
    clientWords[3] = words[3]!;
    // The header is overwritten by the answer, so what SERVFAIL needs of it is kept: id, opcode, RD.
    const id = (bytes[start]! << 8) | bytes[start + 1]!;
    const flags = bytes[start + 2]!;
    try {
      return answer(tx, tables, counters);
    } catch (error) {
      count(listenerCounters, ListenerCounter.ANSWER_BUGS);
      tx = createTransaction(input, tx.seeds.nextBits());
      if (!told) {
        told = true;
        const query = Buffer.from(bytes.slice(start, start + Math.min(length, DEFECT_BYTES_MAX)));
        input.onDefect({ error: textOf(error), queryHex: query.toString('hex') });
      }
      return writeServfail(bytes, start, length, id, flags);
    }
  };
}

function createTransaction(input: GuardedAnswerInput, seed: number): Transaction {
  const tx = new Transaction(seed);
  tx.transport = input.transport;
  tx.policy = input.policy;
  tx.tally = input.tally;
  tx.sampler = new ClientSampler(input.samples, seed);
  return tx;
}

/** A header alone: the question may be what cannot be written. Silence for a response or a runt. */
function writeServfail(bytes: Uint8Array, start: number, length: number, id: number, flags: number): number {
  if (length < HEADER_BYTES || (flags & 0x80) !== 0) return 0;
  bytes.fill(0, start, start + HEADER_BYTES);
  bytes[start] = id >>> 8;
  bytes[start + 1] = id & 255;
  // QR, the query's opcode and RD (RFC 1035 4.1.1).
  bytes[start + 2] = 0x80 | (flags & 0x79);
  bytes[start + 3] = Rcode.SERVFAIL;
  return HEADER_BYTES;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
