/**
 * Writes an answer over the query that asked for it: the question stays where it is, records follow, the header is
 * written last. Records that do not fit are undone as whole RRsets. Every compression pointer leads back into the
 * question, or to a name that this writer has just written, so the work per record is constant.
 */

import { DnsClass, RRType } from './codes.ts';
import { HEADER_BYTES } from './query-parser.ts';
import type { UnknownKey } from './unknown-key.ts';

/** Octets of an OPT record without options, and of an option without content. */
export const OPT_BYTES = 11;
export const OPTION_HEAD_BYTES = 4;
/** A pointer to the question's name. */
export const QNAME_POINTER = 0xc000 | HEADER_BYTES;

/** Owner of the write position in one message. */
export class ResponseWriter {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the message starts in `bytes`. */
  start = 0;
  /** Where the next record goes. */
  at = 0;
  /** No record may end beyond this. */
  end = 0;
  answers = 0;
  authorities = 0;
  additionals = 0;

  /** Begins behind the question, leaving `reserved` octets for the OPT record within `bytesMax`. */
  begin(bytes: Uint8Array, start: number, questionEnd: number, bytesMax: number, reserved: number): void {
    this.bytes = bytes;
    this.start = start;
    this.at = start + questionEnd;
    this.end = start + bytesMax - reserved;
    this.answers = 0;
    this.authorities = 0;
    this.additionals = 0;
  }

  /** Writes owner pointer, type, class IN and TTL, leaving room for RDLENGTH; false when 12 octets do not fit. */
  openRecord(ownerPointer: number, type: number, ttl: number): boolean {
    const at = this.at;
    if (at + 12 > this.end) return false;
    this.bytes[at] = ownerPointer >> 8;
    this.bytes[at + 1] = ownerPointer & 255;
    this.#openFixed(at + 2, type, ttl);
    return true;
  }

  /** As {@link openRecord}, but owned by the name at `nameAt`: its first `cut` octets, then `pointer`. */
  openRecordNamed(names: Uint8Array, nameAt: number, cut: number, pointer: number, type: number, ttl: number): boolean {
    if (this.at + cut + 12 > this.end) return false;
    this.#copy(names, nameAt, cut);
    return this.openRecord(pointer, type, ttl);
  }

  /** Ends the record whose RDATA began at `dataAt`. */
  closeRecord(dataAt: number): void {
    const length = this.at - dataAt;
    this.bytes[dataAt - 2] = length >> 8;
    this.bytes[dataAt - 1] = length & 255;
  }

  /** Appends `length` octets of `source`; false when they do not fit. */
  append(source: Uint8Array, from: number, length: number): boolean {
    if (this.at + length > this.end) return false;
    this.#copy(source, from, length);
    return true;
  }

  /** Appends two octets. */
  appendWord(value: number): boolean {
    if (this.at + 2 > this.end) return false;
    this.bytes[this.at++] = value >> 8;
    this.bytes[this.at++] = value & 255;
    return true;
  }

  /** True if the name at `at` is within the 16,384 octets that a compression pointer reaches (RFC 1035 4.1.4). */
  canPointTo(at: number): boolean {
    return at - this.start < 0x4000;
  }

  /**
   * A compression pointer to the name at `at`, which {@link canPointTo}; the targets of CNAME and DNAME always can: after
   * CHAIN_STEPS_MAX of them an answer is below 6,000 octets.
   */
  pointerTo(at: number): number {
    return 0xc000 | (at - this.start);
  }

  /** Begins the OPT record (RFC 6891 6.1.2): `payloadSize`, the upper bits of `rcode`, DO as asked (RFC 3225 3); no options. */
  openOpt(rcode: number, payloadSize: number, dnssecOk: boolean): void {
    const bytes = this.bytes;
    const at = this.at;
    bytes[at] = 0;
    bytes[at + 1] = 0;
    bytes[at + 2] = RRType.OPT;
    bytes[at + 3] = payloadSize >> 8;
    bytes[at + 4] = payloadSize & 255;
    bytes[at + 5] = rcode >> 4;
    bytes[at + 6] = 0;
    bytes[at + 7] = dnssecOk ? 0x80 : 0;
    bytes[at + 8] = 0;
    this.at = at + OPT_BYTES;
    this.additionals++;
  }

  /** Appends the head of an EDNS option with `length` octets of content; returns where the caller writes those. */
  openOption(code: number, length: number): number {
    const bytes = this.bytes;
    const at = this.at;
    bytes[at] = code >> 8;
    bytes[at + 1] = code & 255;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length & 255;
    this.at = at + OPTION_HEAD_BYTES + length;
    return at + OPTION_HEAD_BYTES;
  }

  /** Ends the OPT record that began at `optAt`. */
  closeOpt(optAt: number): void {
    this.closeRecord(optAt + OPT_BYTES);
  }

  /** Appends a TXT record of class CHAOS with TTL 0, owned by the question's name, holding `text`; false when it does not fit. */
  appendChaosText(text: Uint8Array): boolean {
    const at = this.at;
    if (at + 13 + text.length > this.end) return false;
    this.openRecord(QNAME_POINTER, RRType.TXT, 0);
    this.bytes[at + 5] = DnsClass.CH;
    this.bytes[this.at++] = text.length;
    this.append(text, 0, text.length);
    this.closeRecord(at + 12);
    return true;
  }

  /**
   * Appends the TSIG record that says that `key` is not known (RFC 8945 5.3.2), where it fits: the longest names with an OPT
   * do not, and then the rcode alone has to do.
   */
  appendUnknownKey(key: UnknownKey, bytesMax: number): void {
    if (this.at + key.recordBytes > this.start + bytesMax) return;
    this.at = key.write(this.bytes, this.at);
    this.additionals++;
  }

  /**
   * Writes the header over the query's: its ID, opcode and RD bit stay, AA and TC as given, RA, Z, AD and CD are 0
   * (RFC 1035 4.1.1, RFC 4035 3.1.6). Returns the length of the whole message.
   */
  finish(rcode: number, authoritative: boolean, truncated: boolean, questions: number): number {
    const bytes = this.bytes;
    const at = this.start;
    bytes[at + 2] = 0x80 | (bytes[at + 2]! & 0x79) | (authoritative ? 0x04 : 0) | (truncated ? 0x02 : 0);
    bytes[at + 3] = rcode & 15;
    bytes[at + 4] = 0;
    bytes[at + 5] = questions;
    bytes[at + 6] = this.answers >> 8;
    bytes[at + 7] = this.answers & 255;
    bytes[at + 8] = this.authorities >> 8;
    bytes[at + 9] = this.authorities & 255;
    bytes[at + 10] = this.additionals >> 8;
    bytes[at + 11] = this.additionals & 255;
    return this.at - at;
  }

  #openFixed(at: number, type: number, ttl: number): void {
    const bytes = this.bytes;
    bytes[at] = type >> 8;
    bytes[at + 1] = type & 255;
    bytes[at + 2] = 0;
    bytes[at + 3] = 1;
    bytes[at + 4] = ttl >>> 24;
    bytes[at + 5] = (ttl >>> 16) & 255;
    bytes[at + 6] = (ttl >>> 8) & 255;
    bytes[at + 7] = ttl & 255;
    this.at = at + 10;
  }

  #copy(source: Uint8Array, from: number, length: number): void {
    const bytes = this.bytes;
    const at = this.at;
    for (let i = 0; i < length; i++) bytes[at + i] = source[from + i]!;
    this.at = at + length;
  }
}
