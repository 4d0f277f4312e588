/**
 * A query's bytes taken apart: header, the one question, EDNS. Work is bounded by the message's length whatever its
 * counts say; nothing is allocated and nothing throws, whatever came in. What a query should be answered when it is
 * malformed is decided here, as a {@link QueryStatus}.
 */

import { ClientSubnet } from './client-subnet.ts';
import { EdnsOption, RRType } from './codes.ts';
import { RequestCookie } from './request-cookie.ts';
import { SCAN_FAILED, ScannedName } from './scanned-name.ts';
import { UnknownKey } from './unknown-key.ts';

/** What became of the bytes. */
export const QueryStatus = {
  /** A well-formed query. */
  GOOD: 0,
  /** Not to be answered at all: a response, or too short for a header. */
  SILENCE: 1,
  /** The message itself is broken: FORMERR of the 12 header octets. */
  BROKEN: 2,
  /** The question is good, an EDNS option's content is not: FORMERR with question and OPT. */
  BAD_OPTION: 3,
  /** Another opcode: NOTIMP of the 12 header octets (RFC 8906 8.1.4). */
  OTHER_OPCODE: 4,
  /** EDNS version above 0: BADVERS (RFC 6891 6.1.3). */
  OTHER_EDNS: 5,
  /** Signed with a key that we do not have: NOTAUTH (RFC 8945 5.2.1). */
  UNKNOWN_KEY: 6,
  /** No question, only a cookie: NOERROR or BADCOOKIE, with a new cookie (RFC 7873 5.4). */
  COOKIE_ALONE: 7,
} as const;

/** Octets of the header (RFC 1035 4.1.1). */
export const HEADER_BYTES = 12;

/** Shortest resource record: root owner, type, class, TTL, RDLENGTH. */
const RECORD_BYTES_MIN = 11;

/** The parsed query; fields hold until the next {@link Query.parse}. */
export class Query {
  readonly qname: ScannedName = new ScannedName();
  qtype = 0;
  qclass = 0;
  /** Offset, from the message's start, behind the question; 12 where there is none to keep. */
  questionEnd = HEADER_BYTES;
  hasEdns = false;
  ednsVersion = 0;
  dnssecOk = false;
  /** The client's UDP payload size, as written. */
  payloadSize = 0;
  readonly subnet: ClientSubnet = new ClientSubnet();
  readonly cookie: RequestCookie = new RequestCookie();
  /** Options that ask for something and say nothing (RFC 5001, 7828, 7830). */
  wantsServerId = false;
  wantsKeepalive = false;
  wantsPadding = false;
  /** The key that the query is signed with. */
  readonly key: UnknownKey = new UnknownKey();
  #badOption = false;

  /** Parses the message of `length` octets at `start`; `overTcp` matters to options with rules per transport. */
  parse(bytes: Uint8Array, start: number, length: number, overTcp: boolean): number {
    this.#reset();
    if (length < HEADER_BYTES || (bytes[start + 2]! & 0x80) !== 0) return QueryStatus.SILENCE;
    if ((bytes[start + 2]! & 0x78) !== 0) return QueryStatus.OTHER_OPCODE;
    const status = this.#parseMessage(bytes, start, start + length, overTcp);
    // A header alone goes back, whatever was read before the break; nothing of it may steer the answer.
    if (status === QueryStatus.BROKEN) this.#reset();
    return status;
  }

  #reset(): void {
    this.questionEnd = HEADER_BYTES;
    this.hasEdns = false;
    this.dnssecOk = false;
    this.payloadSize = 0;
    this.subnet.family = 0;
    this.cookie.isPresent = false;
    this.wantsServerId = false;
    this.wantsKeepalive = false;
    this.wantsPadding = false;
    this.key.isPresent = false;
    this.#badOption = false;
  }

  #parseMessage(bytes: Uint8Array, start: number, end: number, overTcp: boolean): number {
    // RFC 9619: a query has exactly one question; none at all in one that is about cookies (RFC 7873 5.4).
    if (bytes[start + 4] !== 0 || bytes[start + 5]! > 1) return QueryStatus.BROKEN;
    if (bytes[start + 5] === 0) return this.#parseCookieAlone(bytes, start, end, overTcp);
    let at = this.qname.scan(bytes, start + HEADER_BYTES, end);
    if (at === SCAN_FAILED || at + 4 > end) return QueryStatus.BROKEN;
    this.qtype = (bytes[at]! << 8) | bytes[at + 1]!;
    this.qclass = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    at += 4;
    const questionEnd = at - start;
    const records = word(bytes, start + 6) | word(bytes, start + 8) | word(bytes, start + 10);
    if (at !== end || records !== 0) {
      at = this.#parseRecords(bytes, start, at, end, overTcp);
    }
    if (at !== end) return QueryStatus.BROKEN;
    this.questionEnd = questionEnd;
    if (this.hasEdns && this.ednsVersion > 0) return QueryStatus.OTHER_EDNS;
    if (this.#badOption) return QueryStatus.BAD_OPTION;
    return this.key.isPresent ? QueryStatus.UNKNOWN_KEY : QueryStatus.GOOD;
  }

  #parseCookieAlone(bytes: Uint8Array, start: number, end: number, overTcp: boolean): number {
    const isWhole = this.#parseRecords(bytes, start, start + HEADER_BYTES, end, overTcp) === end;
    if (!isWhole || !this.cookie.isPresent || this.#badOption || this.key.isPresent) return QueryStatus.BROKEN;
    return QueryStatus.COOKIE_ALONE;
  }

  /** Walks the records behind the question; returns the offset behind the last, or {@link SCAN_FAILED}. */
  #parseRecords(bytes: Uint8Array, start: number, from: number, end: number, overTcp: boolean): number {
    const before = word(bytes, start + 6) + word(bytes, start + 8);
    const total = before + word(bytes, start + 10);
    let at = from;
    for (let i = 0; i < total; i++) {
      if (at + RECORD_BYTES_MIN > end) return SCAN_FAILED;
      const ownerAt = at;
      at = skipName(bytes, start, at, end);
      if (at === SCAN_FAILED || at + 10 > end) return SCAN_FAILED;
      const type = word(bytes, at);
      const dataAt = at + 10;
      const next = dataAt + word(bytes, at + 8);
      if (next > end) return SCAN_FAILED;
      if (type === RRType.OPT) {
        // RFC 6891 6.1.1: one OPT, in the additional section, owned by the root.
        if (i < before || this.hasEdns || bytes[ownerAt] !== 0) return SCAN_FAILED;
        if (!this.#parseOpt(bytes, at, dataAt, next, overTcp)) return SCAN_FAILED;
      } else if (type === RRType.TSIG) {
        // RFC 8945 5.1: a TSIG is the last record of the additional section.
        if (i !== total - 1 || i < before) return SCAN_FAILED;
        if (!this.key.parse(bytes, start, HEADER_BYTES, ownerAt, at, next)) return SCAN_FAILED;
      }
      at = next;
    }
    return at;
  }

  /** Reads the OPT record whose TYPE stands at `at` (RFC 6891 6.1.2); false: its options run over their bounds. */
  #parseOpt(bytes: Uint8Array, at: number, dataAt: number, end: number, overTcp: boolean): boolean {
    this.hasEdns = true;
    this.payloadSize = word(bytes, at + 2);
    this.ednsVersion = bytes[at + 5]!;
    this.dnssecOk = (bytes[at + 6]! & 0x80) !== 0;
    // What the RDATA of other versions holds is not known here; the answer is BADVERS all the same (RFC 6891 6.1.3).
    if (this.ednsVersion > 0) return true;
    let option = dataAt;
    while (option < end) {
      if (option + 4 > end) return false;
      const code = word(bytes, option);
      const length = word(bytes, option + 2);
      const content = option + 4;
      if (content + length > end) return false;
      this.#parseOption(bytes, code, content, length, overTcp);
      option = content + length;
    }
    return true;
  }

  #parseOption(bytes: Uint8Array, code: number, at: number, length: number, overTcp: boolean): void {
    switch (code) {
      case EdnsOption.CLIENT_SUBNET:
        // Two subnets would be two clients; there is no telling which one a cache would file the answer under.
        if (this.subnet.family !== 0 || !this.subnet.parse(bytes, at, length)) this.#badOption = true;
        break;
      case EdnsOption.COOKIE:
        // RFC 7873 5.2: of several only the first counts.
        if (!this.cookie.isPresent && !this.cookie.parse(bytes, at, length)) this.#badOption = true;
        break;
      case EdnsOption.TCP_KEEPALIVE:
        // RFC 7828 3.2.1, 3.3: a client sends it empty; over UDP it is ignored.
        if (overTcp && length !== 0) this.#badOption = true;
        else this.wantsKeepalive = overTcp;
        break;
      case EdnsOption.NSID:
        // RFC 5001 2.1: its content must be empty; what is there all the same is ignored.
        this.wantsServerId = true;
        break;
      case EdnsOption.PADDING:
        this.wantsPadding = true;
        break;
      default:
        // RFC 6891 6.1.2: unknown options are ignored.
        break;
    }
  }
}

/** The offset behind the name at `at`: labels, or up to and with one pointer, which must point backwards into the message. */
function skipName(bytes: Uint8Array, start: number, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const size = bytes[at]!;
    if (size === 0) return at + 1;
    if (size >= 0xc0) {
      if (at + 1 >= end) return SCAN_FAILED;
      const target = ((size & 0x3f) << 8) | bytes[at + 1]!;
      return target >= HEADER_BYTES && start + target < from ? at + 2 : SCAN_FAILED;
    }
    if (size > 63 || at - from > 255) return SCAN_FAILED;
    at += size + 1;
  }
  return SCAN_FAILED;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
