/**
 * A query's bytes into its answer's, in the same buffer: the conductor of the data plane and the only way in. Pure; the
 * same bytes, tables and seed give the same answer. Never throws on what came from the network.
 *
 *   1 question, EDNS, Client Subnet, cookie   2 zone   3 name and RRset (`answer-name`)   4 decide, where steered
 *   5 OPT (`answer-options`), header
 */

import { MESSAGE_BYTES_MAX, UDP_EDNS_BYTES_MAX, UDP_PLAIN_BYTES_MAX } from '../base/limits.ts';
import { nextState } from '../base/random.ts';
import { DnsClass, ExtendedError, Rcode, RRType } from '../wire/codes.ts';
import { HEADER_BYTES, QueryStatus } from '../wire/query-parser.ts';
import { QNAME_POINTER } from '../wire/response-writer.ts';
import { answerChaos } from './answer-chaos.ts';
import { answerName } from './answer-name.ts';
import { reservedOptBytes, writeOpt } from './answer-options.ts';
import { Counter, type Counters, scopeWord, typeWord, zoneWord } from './counters.ts';
import { answerExplain } from './explain-answer.ts';
import { isHeld } from './live-policy.ts';
import { RateKind, type RateLimit, RateVerdict } from './rate-limit.ts';
import { CookieState, judgeCookie } from './server-cookie.ts';
import type { ServingTables } from './serving-tables.ts';
import { isProven, isStream, type Transaction } from './transaction.ts';

/** Answers the message in `tx`; returns the octets of the answer at `tx.start`, or 0 to stay silent. */
export function answerQuery(tx: Transaction, tables: ServingTables, counters: Counters): number {
  const overTcp = isStream(tx.transport);
  counters[Counter.QUERIES + tx.transport]!++;
  const { query } = tx;
  const status = query.parse(tx.bytes, tx.start, tx.length, overTcp);
  if (status === QueryStatus.SILENCE) {
    counters[Counter.SILENT]!++;
    return 0;
  }
  // Only what answers a question has a scope to tell (RFC 7871 7.2.2).
  if (status !== QueryStatus.GOOD) {
    query.subnet.family = 0;
    query.qtype = 0;
  }
  begin(tx);
  if (status === QueryStatus.GOOD) answerQuestion(tx, tables);
  else tx.rcode = rcodeOf(status, tx.cookieState);
  const { rateLimit } = tx.policy;
  if (rateLimit !== null && !isProven(tx) && !passesRate(tx, rateLimit, counters)) return 0;
  const length = finish(tx);
  count(tx, counters);
  return length;
}

function rcodeOf(status: number, cookieState: number): number {
  switch (status) {
    case QueryStatus.COOKIE_ALONE:
      // RFC 7873 5.4; to a server without secrets a message without a question is malformed.
      if (cookieState === CookieState.NONE) return Rcode.FORMERR;
      return cookieState === CookieState.BAD ? Rcode.BADCOOKIE : Rcode.NOERROR;
    case QueryStatus.OTHER_OPCODE:
      return Rcode.NOTIMP;
    case QueryStatus.OTHER_EDNS:
      return Rcode.BADVERS;
    case QueryStatus.UNKNOWN_KEY:
      return Rcode.NOTAUTH;
    default:
      return Rcode.FORMERR;
  }
}

function begin(tx: Transaction): void {
  const { query } = tx;
  tx.request.sourceFamily = tx.clientFamily;
  tx.seeds.state = nextState(tx.seeds.state);
  tx.draws.state = tx.seeds.state;
  if (tx.trace !== null) tx.trace.seed = tx.draws.state;
  tx.name = query.qname;
  tx.owner = QNAME_POINTER;
  tx.rcode = Rcode.NOERROR;
  tx.isAuthoritative = false;
  tx.isTruncated = false;
  tx.isSteered = false;
  tx.isFollowed = false;
  tx.isAllDown = false;
  tx.isReferral = false;
  tx.zoneOrdinal = -1;
  tx.matchedNode = 0;
  tx.scope = 0;
  tx.extendedError = -1;
  tx.cookieState = query.cookie.isPresent
    ? judgeCookie(query.cookie, tx.clientFamily, tx.clientWords, tx.policy.live, tx.nowSeconds)
    : CookieState.NONE;
  tx.bytesMax = answerBytesMax(tx);
  tx.writer.begin(tx.bytes, tx.start, query.questionEnd, tx.bytesMax, query.hasEdns ? reservedOptBytes(tx) : 0);
}

/** RFC 1035 4.2.1, RFC 6891 6.2.3 and 6.2.5 (below 512 counts as 512), RFC 9715. */
function answerBytesMax(tx: Transaction): number {
  if (isStream(tx.transport)) return MESSAGE_BYTES_MAX;
  if (!tx.query.hasEdns) return UDP_PLAIN_BYTES_MAX;
  const size = tx.query.payloadSize;
  if (size <= UDP_PLAIN_BYTES_MAX) return UDP_PLAIN_BYTES_MAX;
  return Math.min(size, UDP_EDNS_BYTES_MAX);
}

function answerQuestion(tx: Transaction, tables: ServingTables): void {
  const { query } = tx;
  if (query.qclass !== DnsClass.IN) {
    if (query.qclass === DnsClass.CH) answerChaos(tx);
    else refuse(tx, ExtendedError.NOT_SUPPORTED);
    return;
  }
  switch (query.qtype) {
    case RRType.AXFR:
    case RRType.IXFR:
      // Steered answers have no transferable form (RFC 5936 2.2.1 leaves the refusal to policy).
      refuse(tx, ExtendedError.PROHIBITED);
      return;
    case RRType.OPT:
    case RRType.TSIG:
      // Pseudo types are no data that one could ask for (RFC 6895 3.1).
      tx.rcode = Rcode.FORMERR;
      return;
    case RRType.TXT:
      if (answerExplain(tx, tables)) return;
      break;
    default:
      break;
  }
  const ordinal = findZone(tx, tables);
  const zone = ordinal < 0 ? null : tables.zones[ordinal];
  if (zone === null || zone === undefined) {
    refuse(tx, ExtendedError.NOT_AUTHORITATIVE);
    return;
  }
  tx.zoneOrdinal = ordinal;
  answerName(tx, tables, zone);
  if (tx.isSteered || tx.isFollowed) explainSteered(tx);
}

/** What an operator who looks at a steered answer should know of it (RFC 8914). */
function explainSteered(tx: Transaction): void {
  if (tx.rcode === Rcode.SERVFAIL) tx.extendedError = ExtendedError.OTHER;
  else if (isHeld(tx.policy.live)) tx.extendedError = ExtendedError.STALE_ANSWER;
}

function refuse(tx: Transaction, extendedError: number): void {
  tx.rcode = Rcode.REFUSED;
  tx.extendedError = extendedError;
}

/** True if the answer may go, as it is or cut short; false: it is not sent. */
function passesRate(tx: Transaction, rateLimit: RateLimit, counters: Counters): boolean {
  const { writer } = tx;
  const kind = rateKindOf(tx);
  // A wildcard's names are one, and so are the names that a zone does not have: a flood of either is new names all the time.
  const node = kind === RateKind.NXDOMAIN ? 0 : tx.matchedNode;
  const octets = writer.at - writer.start;
  const verdict = rateLimit.take(tx.clientFamily, tx.clientWords, tx.zoneOrdinal, node, kind, octets, tx.nowMs);
  if (verdict === RateVerdict.SEND) return true;
  counters[Counter.RATE_OVER]!++;
  if (verdict === RateVerdict.WOULD_LIMIT) return true;
  if (verdict === RateVerdict.DROP) {
    counters[Counter.RATE_DROPPED]!++;
    return false;
  }
  counters[Counter.RATE_SLIPPED]!++;
  cutShort(tx, kind);
  return true;
}

function rateKindOf(tx: Transaction): number {
  if (tx.rcode === Rcode.NXDOMAIN) return RateKind.NXDOMAIN;
  if (tx.rcode !== Rcode.NOERROR) return RateKind.ERROR;
  if (tx.isReferral) return RateKind.REFERRAL;
  return tx.writer.answers === 0 && !tx.isTruncated ? RateKind.NODATA : RateKind.ANSWER;
}

/**
 * Puts in the answer's place what leads a real client on and is no use to anybody else: to one with a cookie of its own BADCOOKIE and
 * ours (RFC 7873 5.2.3), to others TC. Errors are as short already.
 */
function cutShort(tx: Transaction, kind: number): void {
  const isCookieClient = tx.cookieState !== CookieState.NONE;
  if (kind === RateKind.ERROR && !isCookieClient) return;
  tx.rcode = isCookieClient ? Rcode.BADCOOKIE : Rcode.NOERROR;
  tx.isTruncated = !isCookieClient;
  tx.isAuthoritative = false;
  tx.extendedError = -1;
  tx.writer.begin(tx.bytes, tx.start, tx.query.questionEnd, tx.bytesMax, reservedOptBytes(tx));
}

/** The zone of the question; for a DS at an apex the zone above, if that is ours too (RFC 4035 3.1.4.1). */
function findZone(tx: Transaction, tables: ServingTables): number {
  const { qname, qtype } = tx.query;
  const ordinal = tables.index.find(qname, 0);
  if (qtype !== RRType.DS || ordinal < 0 || qname.labels === 0) return ordinal;
  if (tables.zones[ordinal]?.apexLabels !== qname.labels) return ordinal;
  const above = tables.index.find(qname, 1);
  return above < 0 ? ordinal : above;
}

function finish(tx: Transaction): number {
  const { query, writer } = tx;
  if (tx.rcode === Rcode.REFUSED || tx.rcode === Rcode.SERVFAIL) tx.isAuthoritative = false;
  if (query.hasEdns) writeOpt(tx);
  if (tx.rcode === Rcode.NOTAUTH && query.key.isPresent) writer.appendUnknownKey(query.key, tx.bytesMax);
  return writer.finish(tx.rcode, tx.isAuthoritative, tx.isTruncated, query.questionEnd > HEADER_BYTES ? 1 : 0);
}

function count(tx: Transaction, counters: Counters): void {
  const { query } = tx;
  counters[Counter.RCODE + tx.rcode]!++;
  counters[typeWord(query.qtype)]!++;
  counters[zoneWord(tx.zoneOrdinal)]!++;
  if (tx.isTruncated) counters[Counter.TRUNCATED]!++;
  if (query.hasEdns) counters[Counter.EDNS]!++;
  if (query.subnet.family !== 0 && query.subnet.sourceLength > 0) {
    counters[Counter.CLIENT_SUBNET]!++;
    counters[scopeWord(query.subnet.family, tx.scope)]!++;
  }
  if (tx.cookieState !== CookieState.NONE) counters[Counter.COOKIES]!++;
  if (tx.cookieState >= CookieState.GOOD) counters[Counter.COOKIES_GOOD]!++;
  if (tx.isSteered || tx.isFollowed) counters[Counter.STEERED]!++;
  // Who asks for a service asks for its addresses too, and is counted there.
  if (tx.isSteered && tx.sampler !== null) tx.sampler.count(tx.request, tx.decision.isBySubnet);
  if (tx.isAllDown) counters[Counter.ALL_DOWN]!++;
  if (tx.isReferral) counters[Counter.REFERRALS]!++;
}
