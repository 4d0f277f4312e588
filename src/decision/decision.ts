/** The outcome of one decision, reused by a worker for every query. */

import { ANSWERS_MAX } from '../base/limits.ts';
import { HeavyClients } from './heavy-clients.ts';
import { RegionalView } from './regional-view.ts';

/** What a decision ends in. */
export const Outcome = {
  /** `count` records, whose RDATA images stand at `dataAt`. */
  ANSWER: 0,
  /** An empty answer (`all_down: nodata`). */
  NODATA: 1,
  /** SERVFAIL (`all_down: servfail`). */
  FAILURE: 2,
} as const;

/** What a decision walks before it has been made. */
const NO_WALK = new Int32Array(new SharedArrayBuffer(16));

/** Filled by `decide`. */
export class Decision {
  outcome: number = Outcome.ANSWER;
  count = 0;
  /** Octet offsets of RDATA in the zone image. */
  readonly dataAt: Int32Array = new Int32Array(ANSWERS_MAX);
  /** Index of the endpoint in its pool, for drawing without replacement. */
  readonly drawn: Int32Array = new Int32Array(ANSWERS_MAX);
  /** What each endpoint of the pool looked at last weighs, by its index (`endpoint-weight`). */
  weights: Int32Array = new Int32Array(64);
  /** Word offset of the RRset's slots in the health table. */
  slotsAt = 0;
  /** The class of the client: index of the first rule with its pool. */
  class = 0;
  /** Every pool of the walk was exhausted, whatever was answered instead. */
  isAllDown = false;
  /** The client's subnet decided, not the packet's source. */
  isBySubnet = false;
  /** Choices follow {@link key}, the hash of the client's prefix. */
  isKeyed = false;
  key = 0;
  /** The client's prefix is heavy, so that its choices do not follow {@link key}. */
  isSpread = false;
  /** Who is heavy; a worker's own, kept from query to query. */
  readonly heavy: HeavyClients = new HeavyClients();
  /** What a trace says of {@link isSpread} when its decision is made again; null: the counters decide. */
  toldSpread: boolean | null = null;
  /** What the regions near the client think of endpoints that are disputed. */
  readonly view: RegionalView = new RegionalView();
  /** Index in `BALANCE_ORDER`. */
  balance = 0;
  /** Where round robin stands with each endpoint, by its slot (`rotation`); a worker's own, kept from query to query. */
  turns: Int32Array = new Int32Array(0);
  /** Where in their cycles a worker's rotations begin. */
  rotationSeed = 0;
  /** The client's walk: the array and the word offset at which it stands. */
  walk: Int32Array = NO_WALK;
  walkAt = 0;
  /** Index of the pool that was drawn from; -1: none of them. */
  pool = -1;
  /** Sent to the fallback to exercise it (`trickle`). */
  isTrickled = false;
  /** TTL of the answer, or 0: the RRset's own. */
  ttlSeconds = 0;
  /** ECS scope (RFC 7871 7.2.1): bits of the client's address on which this decision depends. */
  scope = 0;
}
