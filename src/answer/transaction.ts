/**
 * One query and its answer: the buffer both stand in, who asks, what was parsed, where the walk through the zone is. A
 * worker has one and uses it for every message; nothing in it is made anew per query.
 */

import { CHAIN_STEPS_MAX } from '../base/limits.ts';
import { RandomStream } from '../base/random.ts';
import { Decision } from '../decision/decision.ts';
import type { SteeringRequest } from '../decision/steering-request.ts';
import type { DecisionTrace } from '../decision/trace.ts';
import { Query } from '../wire/query-parser.ts';
import { ResponseWriter } from '../wire/response-writer.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import { AddressWalk } from './address-walk.ts';
import { type AnswerPolicy, PLAIN_POLICY } from './answer-policy.ts';
import type { ClientSampler } from './client-samples.ts';
import type { EndpointTally } from './endpoint-tally.ts';
import { FollowedTargets } from './followed-targets.ts';
import { CookieState } from './server-cookie.ts';

/** How the query came: rules of size and of some options depend on it. TLS is DoT (RFC 7858), HTTPS is DoH (RFC 8484). */
export const Transport = { UDP: 0, TCP: 1, TLS: 2, HTTPS: 3 } as const;

/** True if the peer has shown that it is where its packets say: a datagram's source may be forged, a connection's not. */
export function isStream(transport: number): boolean {
  return transport !== Transport.UDP;
}

/** State of one query; `new` once per worker. */
export class Transaction {
  // --- set by the caller for each message ---
  /** Holds the query at `start`, then the answer; there must be room for the longest answer of the transport behind `start`. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  /** Octets of the query. */
  length = 0;
  transport: number = Transport.UDP;
  clientFamily: 4 | 6 = 4;
  readonly clientWords: Uint32Array = new Uint32Array(4);
  /** Seconds since 1970, modulo 2^32 and as a signed integer. */
  nowSeconds = 0;
  /** Milliseconds, likewise; only differences count. */
  nowMs = 0;
  /** What the operator decided; the caller may put another in force between two messages. */
  policy: AnswerPolicy = PLAIN_POLICY;
  /** Where to write the decision down; null on the query's way. */
  trace: DecisionTrace | null = null;
  /** Where the endpoints answered are counted; null where nobody is answered. */
  tally: EndpointTally | null = null;
  /** Where clients of steered names are sampled; null likewise. */
  sampler: ClientSampler | null = null;

  // --- the state of answering ---
  readonly query: Query = new Query();
  readonly writer: ResponseWriter = new ResponseWriter();
  readonly decision: Decision = new Decision();
  readonly request: SteeringRequest;
  /** Seeds, one for each query; and the sequence of the query at hand. */
  readonly seeds: RandomStream;
  readonly draws: RandomStream;
  /** The name being looked up: the question's, then the targets of CNAME and DNAME. */
  name: ScannedName;
  readonly chased: ScannedName = new ScannedName();
  /** Where an ALIAS or a followed target leads; the answer's owner stays `name`. */
  readonly walk: AddressWalk = new AddressWalk();
  /** What is known of the targets of an RRset that follows health. */
  readonly followed: FollowedTargets;
  /** Compression pointer to `name`. */
  owner = 0;
  rcode = 0;
  /** Octets that the answer may have. */
  bytesMax = 0;
  /** A `CookieState`. */
  cookieState: number = CookieState.NONE;
  /** What an `ExtendedError` (RFC 8914) tells; -1: none. */
  extendedError = -1;
  isAuthoritative = false;
  isTruncated = false;
  isSteered = false;
  /** The answer is an RRset that follows the health of its targets. */
  isFollowed = false;
  /** In some decision of this answer every pool was exhausted. */
  isAllDown = false;
  /** Ends at a delegation. */
  isReferral = false;
  /** Ordinal of the zone that answers (-1: none), and the node that the question's name led to there: itself, a wildcard or a cut; 0: none. */
  zoneOrdinal = -1;
  matchedNode = 0;
  /** Longest scope of all decisions of this answer (RFC 7871 7.2.1). */
  scope = 0;
  steps = 0;
  /** Nodes whose CNAME or DNAME was followed, to stop at a loop. */
  readonly visited: Int32Array = new Int32Array(CHAIN_STEPS_MAX);
  /** For a CNAME the hash of the name that it led on from, for a DNAME that name's length. */
  readonly visitedMark: Int32Array = new Int32Array(CHAIN_STEPS_MAX);

  /** `draws`: a stream that is written down, for explanations. */
  constructor(seed: number, draws: RandomStream = new RandomStream(0)) {
    this.draws = draws;
    this.seeds = new RandomStream(seed);
    this.decision.rotationSeed = seed;
    this.followed = new FollowedTargets(seed);
    this.name = this.query.qname;
    this.request = { sourceFamily: 4, sourceWords: this.clientWords, subnet: this.query.subnet };
  }
}

/** True if the client has shown that it is where its packets say: what it gets can harm nobody else. */
export function isProven(tx: Transaction): boolean {
  return isStream(tx.transport) || tx.cookieState >= CookieState.GOOD;
}
