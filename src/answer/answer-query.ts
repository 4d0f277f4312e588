/**
 * A query's bytes into its answer's, in the same buffer: the conductor of the data plane and the only way in. Pure; the
 * same bytes, tables and seed give the same answer. Never throws on what came from the network.
 *
 *   1 question, EDNS, Client Subnet   2 zone   3 name and RRset (`answer-name`)   4 decide, where steered   5 OPT, header
 */

import { MESSAGE_BYTES_MAX, UDP_EDNS_BYTES_MAX, UDP_PLAIN_BYTES_MAX } from '../base/limits.ts';
import { nextState } from '../base/random.ts';
import type { ClientSubnet } from '../wire/client-subnet.ts';
import { DnsClass, Rcode, RRType } from '../wire/codes.ts';
import { HEADER_BYTES, QueryStatus } from '../wire/query-parser.ts';
import { optBytes, QNAME_POINTER } from '../wire/response-writer.ts';
import { answerName } from './answer-name.ts';
import { Counter, type Counters } from './counters.ts';
import type { ServingTables } from './serving-tables.ts';
import { isStream, type Transaction } from './transaction.ts';

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
  begin(tx, overTcp);
  if (status === QueryStatus.GOOD) answerQuestion(tx, tables);
  else tx.rcode = rcodeOf(status);
  const subnet = status === QueryStatus.GOOD ? echoedSubnet(tx) : null;
  const length = finish(tx, subnet, overTcp);
  count(tx, counters);
  return length;
}

/** The subnet that goes back with the answer: only if the query had one (RFC 7871 7.2.2). */
function echoedSubnet(tx: Transaction): ClientSubnet | null {
  return tx.query.subnet.family === 0 ? null : tx.query.subnet;
}

function rcodeOf(status: number): number {
  switch (status) {
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

function begin(tx: Transaction, overTcp: boolean): void {
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
  tx.isAllDown = false;
  tx.isReferral = false;
  tx.scope = 0;
  const reserved = query.hasEdns ? optBytes(echoedSubnet(tx)) : 0;
  tx.writer.begin(tx.bytes, tx.start, query.questionEnd, answerBytesMax(tx, overTcp), reserved);
}

/** RFC 1035 4.2.1, RFC 6891 6.2.3 and 6.2.5 (below 512 counts as 512), RFC 9715. */
function answerBytesMax(tx: Transaction, overTcp: boolean): number {
  if (overTcp) return MESSAGE_BYTES_MAX;
  if (!tx.query.hasEdns) return UDP_PLAIN_BYTES_MAX;
  const size = tx.query.payloadSize;
  if (size <= UDP_PLAIN_BYTES_MAX) return UDP_PLAIN_BYTES_MAX;
  return Math.min(size, UDP_EDNS_BYTES_MAX);
}

function answerQuestion(tx: Transaction, tables: ServingTables): void {
  const { query } = tx;
  if (query.qclass !== DnsClass.IN) {
    tx.rcode = Rcode.REFUSED;
    return;
  }
  switch (query.qtype) {
    case RRType.AXFR:
    case RRType.IXFR:
      // Steered answers have no transferable form (RFC 5936 2.2.1 leaves the refusal to policy).
      tx.rcode = Rcode.REFUSED;
      return;
    case RRType.OPT:
    case RRType.TSIG:
      // Pseudo types are no data that one could ask for (RFC 6895 3.1).
      tx.rcode = Rcode.FORMERR;
      return;
    default:
      break;
  }
  const ordinal = findZone(tx, tables);
  const zone = ordinal < 0 ? null : tables.zones[ordinal];
  if (zone === null || zone === undefined) {
    tx.rcode = Rcode.REFUSED;
    return;
  }
  answerName(tx, tables, zone);
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

function finish(tx: Transaction, subnet: ClientSubnet | null, overTcp: boolean): number {
  const { query, writer } = tx;
  const hasQuestion = query.questionEnd > HEADER_BYTES;
  if (tx.rcode === Rcode.REFUSED || tx.rcode === Rcode.SERVFAIL) tx.isAuthoritative = false;
  if (query.hasEdns && hasQuestion) {
    writer.appendOpt(tx.rcode, UDP_EDNS_BYTES_MAX, query.dnssecOk, subnet, tx.scope);
  }
  if (tx.rcode === Rcode.NOTAUTH && query.key.isPresent) {
    writer.appendUnknownKey(query.key, answerBytesMax(tx, overTcp));
  }
  return writer.finish(tx.rcode, tx.isAuthoritative, tx.isTruncated, hasQuestion ? 1 : 0);
}

function count(tx: Transaction, counters: Counters): void {
  const { query } = tx;
  counters[Counter.RCODE + tx.rcode]!++;
  if (tx.isTruncated) counters[Counter.TRUNCATED]!++;
  if (query.hasEdns) counters[Counter.EDNS]!++;
  if (query.subnet.family !== 0 && query.subnet.sourceLength > 0) counters[Counter.CLIENT_SUBNET]!++;
  if (tx.isSteered) counters[Counter.STEERED]!++;
  if (tx.isAllDown) counters[Counter.ALL_DOWN]!++;
  if (tx.isReferral) counters[Counter.REFERRALS]!++;
}
