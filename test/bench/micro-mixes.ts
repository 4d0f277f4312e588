/** Queries of each kind, and the way in which a measurement in process hands them to the query's way. */

import { type AnswerPolicy, PLAIN_POLICY } from '../../src/answer/answer-policy.ts';
import { ClientSampler, createClientSamples } from '../../src/answer/client-samples.ts';
import { createLivePolicy, setCookieSecrets } from '../../src/answer/live-policy.ts';
import { RateLimit } from '../../src/answer/rate-limit.ts';
import { Transaction, Transport } from '../../src/answer/transaction.ts';
import { RandomStream } from '../../src/base/random.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { hostName, ZONE } from './bench-scenario.ts';
import { MICRO_NAMES } from './micro-tables.ts';

const MESSAGE_AT = 64;
const COOKIE_MIX = 'steered, with a new cookie';
const RATE_MIX = 'steered, rates limited';

/** 1,024 queries of each kind, by what they are. */
export function queryMixes(): Record<string, Uint8Array[]> {
  const random = new RandomStream(3);
  const make = (nameOf: (n: number) => string, ecs: boolean, cookie?: string, type = 'A') =>
    Array.from({ length: 1024 }, (_, i) => {
      const client = `${1 + random.nextBelow(222)}.${random.nextBelow(256)}.${random.nextBelow(256)}.0/24`;
      return buildQuery(`${nameOf(i % MICRO_NAMES)}.${ZONE}.`, type, {
        id: i,
        ...(ecs ? { ecs: client } : {}),
        ...(cookie === undefined ? {} : { cookie }),
      });
    });
  return {
    steered: make(hostName, false),
    'steered, with ECS': make(hostName, true),
    [COOKIE_MIX]: make(hostName, false, Buffer.alloc(8, 7).toString('hex')),
    [RATE_MIX]: make(hostName, false),
    static: make((n) => `plain${n}`, false),
    nxdomain: make((n) => `x${n}`, false),
    'SRV that follows two targets, with ECS': make((n) => `_s._tcp.${hostName(n)}`, true, undefined, 'SRV'),
    'HTTPS with the hints of its name, with ECS': make(hostName, true, undefined, 'HTTPS'),
  };
}

/** What the operator of a node with the mix `label` has decided: cookies as every node has them, and rates where they are measured. */
export function policyOf(label: string): AnswerPolicy {
  const live = createLivePolicy();
  setCookieSecrets(live, [new Uint8Array(16).fill(9)]);
  const rateLimit =
    label === RATE_MIX
      ? new RateLimit({ isEnforced: true, perSecond: 10_000, slip: 2, exempt: [], keys: [1, 2] })
      : null;
  return { ...PLAIN_POLICY, live, rateLimit };
}

/** Hands the queries one after the other to a transaction, as a listener does with its buffers. */
export class Feed {
  readonly tx = new Transaction(1);
  readonly #queries: readonly Uint8Array[];
  readonly #buffer = new Uint8Array(MESSAGE_AT + 4096);
  #turn = 0;

  constructor(queries: readonly Uint8Array[], policy: AnswerPolicy) {
    this.#queries = queries;
    this.tx.policy = policy;
    this.tx.sampler = new ClientSampler(createClientSamples(), 1);
    this.tx.nowSeconds = 1_559_731_985;
    this.tx.bytes = this.#buffer;
    this.tx.start = MESSAGE_AT;
    this.tx.transport = Transport.UDP;
    this.tx.clientFamily = 4;
    this.tx.clientWords.set([0x51024500, 0, 0, 0]);
  }

  next(): void {
    const query = this.#queries[this.#turn++ & 1023]!;
    const buffer = this.#buffer;
    const { length } = query;
    for (let i = 0; i < length; i++) buffer[MESSAGE_AT + i] = query[i]!;
    this.tx.length = length;
    // A query each 20 us, so that rates stay below their limits as they mostly do.
    this.tx.nowMs = (this.#turn / 50) | 0;
  }
}
