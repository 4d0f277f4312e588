/**
 * Memory for one batch of UDP messages, laid out once as recvmmsg(2) and sendmmsg(2) want it and kept for the worker's
 * life: per slot a message buffer, the peer's address and a control message, with one array of headers to receive by and
 * one to send by. Linux, 64-bit, little-endian (`system-calls.ts`).
 *
 *   mmsghdr  64 octets: name* 0, namelen 8, iov* 16, iovlen 24, control* 32, controllen 40, flags 48, received/sent 56
 *   iovec    16 octets: base* 0, length 8
 *   sockaddr 28 octets: family 0 (host order), port 2 (network order), IPv4 address 4 | IPv6 address 8, scope 24
 *   cmsghdr  16 octets: length 0, level 8, type 12; then in_pktinfo (index 0, source 4, destination 8) or in6_pktinfo
 *            (address 0, index 16) or the size of a segment (0, two octets)
 *
 * The slots are sent by a second set of headers, so that those to be answered stand side by side whatever was dropped. Answers of one
 * size to one client share a header, and a smaller one may be their last: the kernel takes them through its layers as one and cuts them
 * apart at the end (UDP_SEGMENT), which costs it little more than one. A load balancer or a forwarder in front asks by few sockets, as do
 * many resolvers. Few answers of a batch go to one client, so the one that is smaller is often half of a group.
 */

import {
  UDP_BATCH_MESSAGES,
  UDP_GROUP_ANSWERS_MAX,
  UDP_GROUPED_BYTES_MAX,
  UDP_MESSAGE_BYTES,
  UDP_UNGROUPED_BATCHES,
} from '../base/limits.ts';
import { Linux, type SystemCalls } from './system-calls.ts';

/**
 * From one message to the next: not a multiple of 4,096, or the beginnings of all messages, the only part that most queries use,
 * would share the same few lines of a processor's first cache.
 */
const MESSAGE_STRIDE = UDP_MESSAGE_BYTES + 192;
const HEADER_WORDS = 16;
const IOVEC_BYTES = 16;
const NAME_BYTES = 32;
const NAME_ROOM = 28;
/** One control message with the larger of the two packet infos, 16 + 20, and one with the size of a segment, 16 + 2; each rounded up. */
const CONTROL_BYTES = 64;
const CONTROL_ROOM = 40;
const SEGMENT_CONTROL_LENGTH = 18;
const SEGMENT_CONTROL_ROOM = 24;
/** From one header's iovecs to the next one's: not a power of two either. */
const GROUP_IOVECS = UDP_GROUP_ANSWERS_MAX + 1;
const IOVEC_WORDS = IOVEC_BYTES / 4;
/** Places of clients, at each the groups of whoever meets there; a power of two. */
const PLACES = 128;
const PLACE_SHIFT = 25;
const SPREAD = 0x9e3779b1;

/** fe80::/10 as the first word of an address reads on a little-endian machine. */
const LINK_LOCAL_MASK = 0xc0ff;
const LINK_LOCAL = 0x80fe;

/** How an answer fits a group by its size: not at all, as one that may be its last or its first alone, or anywhere before the last. */
const Fit = { NONE: 0, AT_EDGE: 1, EVEN: 2 } as const;

/** Words of a header. */
const Header = { NAME_LENGTH: 2, IOVECS: 6, CONTROL: 8, CONTROL_LENGTH: 10, COUNT: 14 } as const;

/** Owner of the memory of one socket's batches. */
export class MessageBatch {
  /** All message buffers; slot i begins at {@link messageAt}. */
  readonly messages: Uint8Array;
  /** Peers' addresses; slot i begins at {@link nameAt}. */
  readonly names: Uint8Array;
  readonly receiveHeaders: bigint;
  readonly sendHeaders: bigint;
  /** Headers staged to be sent, each with one answer or more. */
  staged = 0;
  /** Answers in them. */
  answers = 0;
  readonly #receive: Int32Array;
  readonly #send: Int32Array;
  readonly #receiveIovecs: Int32Array;
  readonly #sendIovecs: Int32Array;
  readonly #control: Int32Array;
  readonly #nameWords: Int32Array;
  /** The header staged last by place, and by header the one before it at that place; -1 for none. */
  readonly #places = new Int8Array(PLACES).fill(-1);
  readonly #before = new Int8Array(UDP_BATCH_MESSAGES);
  /** Slot of each staged header's first answer. */
  readonly #firstSlots = new Uint8Array(UDP_BATCH_MESSAGES);
  /** Batches still to be sent without groups. */
  #ungrouped = 0;
  readonly #withControl: boolean;

  /** `withControl`: the socket is bound to a wildcard address and tells where each message was sent to. */
  constructor(calls: SystemCalls, withControl: boolean) {
    const slots = UDP_BATCH_MESSAGES;
    this.#withControl = withControl;
    const messages = calls.allocate(slots * MESSAGE_STRIDE);
    const names = calls.allocate(slots * NAME_BYTES);
    const control = calls.allocate(slots * CONTROL_BYTES);
    const receive = calls.allocate(slots * HEADER_WORDS * 4);
    const send = calls.allocate(slots * HEADER_WORDS * 4);
    const receiveIovecs = calls.allocate(slots * IOVEC_BYTES);
    const sendIovecs = calls.allocate(slots * GROUP_IOVECS * IOVEC_BYTES);
    this.messages = new Uint8Array(messages.buffer);
    this.names = new Uint8Array(names.buffer);
    this.receiveHeaders = receive.address;
    this.sendHeaders = send.address;
    this.#receive = new Int32Array(receive.buffer);
    this.#send = new Int32Array(send.buffer);
    this.#receiveIovecs = new Int32Array(receiveIovecs.buffer);
    this.#sendIovecs = new Int32Array(sendIovecs.buffer);
    this.#control = new Int32Array(control.buffer);
    this.#nameWords = new Int32Array(names.buffer);
    for (const view of [receive, send, receiveIovecs, sendIovecs, control, names]) new Uint8Array(view.buffer).fill(0);
    const iovecs = new BigInt64Array(receiveIovecs.buffer);
    for (let slot = 0; slot < slots; slot++) {
      iovecs[slot * 2] = messages.address + BigInt(this.messageAt(slot));
      iovecs[slot * 2 + 1] = BigInt(UDP_MESSAGE_BYTES);
      for (const [headers, iovec] of [
        [receive, receiveIovecs.address + BigInt(slot * IOVEC_BYTES)],
        [send, sendIovecs.address + BigInt(slot * GROUP_IOVECS * IOVEC_BYTES)],
      ] as const) {
        const header = new BigInt64Array(headers.buffer, slot * HEADER_WORDS * 4, 8);
        header[0] = names.address + BigInt(slot * NAME_BYTES);
        header[2] = iovec;
        header[3] = 1n;
        header[4] = control.address + BigInt(slot * CONTROL_BYTES);
      }
    }
    this.prepare(slots);
  }

  /** Octet offset of slot `slot`'s message in {@link messages}. */
  messageAt(slot: number): number {
    return slot * MESSAGE_STRIDE;
  }

  /** Octet offset of slot `slot`'s peer address in {@link names}. */
  nameAt(slot: number): number {
    return slot * NAME_BYTES;
  }

  /** Makes the first `count` slots ready to receive again: the kernel has overwritten the lengths. */
  prepare(count: number): void {
    const receive = this.#receive;
    for (let at = 0; at < count * HEADER_WORDS; at += HEADER_WORDS) {
      receive[at + Header.NAME_LENGTH] = NAME_ROOM;
      if (this.#withControl) receive[at + Header.CONTROL_LENGTH] = CONTROL_ROOM;
    }
    if (this.staged === 0) return;
    this.staged = 0;
    this.answers = 0;
    this.#places.fill(-1);
    if (this.#ungrouped > 0) this.#ungrouped--;
  }

  /** Octets received in slot `slot`. */
  receivedIn(slot: number): number {
    return this.#receive[slot * HEADER_WORDS + Header.COUNT]!;
  }

  /** Queues the `octets` that now stand in slot `slot` to be sent back to its peer, from the address it asked. */
  stage(slot: number, octets: number): void {
    this.answers++;
    if (this.#withControl) this.#freeInterface(slot);
    const place = this.#placeOf(slot);
    const header = this.#groupFor(place, slot, octets);
    if (header >= 0) {
      this.#addTo(header, slot, octets);
      return;
    }
    this.#before[this.staged] = this.#places[place]!;
    this.#places[place] = this.staged;
    this.#open(slot, octets);
  }

  /** Answers in staged header `index`. */
  answersIn(index: number): number {
    return this.#send[index * HEADER_WORDS + Header.IOVECS]!;
  }

  /** The kernel refused header `index` as a group: stages its answers by themselves, the first where the group was, and groups none for a while. */
  split(index: number): void {
    const send = this.#send;
    const at = index * HEADER_WORDS;
    const count = this.answersIn(index);
    this.#ungrouped = UDP_UNGROUPED_BATCHES;
    send[at + Header.IOVECS] = 1;
    send[at + Header.CONTROL_LENGTH] = this.#ownControl(this.#firstSlots[index]!);
    for (let i = 1; i < count; i++) {
      const to = this.staged++ * HEADER_WORDS;
      send.copyWithin(to, at, at + Header.NAME_LENGTH + 1);
      send[to + Header.IOVECS] = 1;
      send.copyWithin(to + Header.CONTROL, at + Header.CONTROL, at + Header.CONTROL_LENGTH + 1);
      const iovec = this.#iovecAt(index, i);
      this.#sendIovecs.copyWithin(this.#iovecAt(this.staged - 1, 0), iovec, iovec + IOVEC_WORDS);
    }
  }

  /** The address of staged header `index`, to go on sending there. */
  stagedAt(index: number): bigint {
    return this.sendHeaders + BigInt(index * HEADER_WORDS * 4);
  }

  #open(slot: number, octets: number): void {
    const receive = this.#receive;
    const send = this.#send;
    const from = slot * HEADER_WORDS;
    const to = this.staged * HEADER_WORDS;
    send[to] = receive[from]!;
    send[to + 1] = receive[from + 1]!;
    send[to + Header.NAME_LENGTH] = receive[from + Header.NAME_LENGTH]!;
    send[to + Header.IOVECS] = 1;
    send[to + Header.CONTROL] = receive[from + Header.CONTROL]!;
    send[to + Header.CONTROL + 1] = receive[from + Header.CONTROL + 1]!;
    send[to + Header.CONTROL_LENGTH] = this.#ownControl(slot);
    this.#firstSlots[this.staged] = slot;
    this.#putAnswer(this.#iovecAt(this.staged, 0), slot, octets);
    this.staged++;
  }

  /** The staged header at `place` with which the answer travels best, or -1. Looks at each at most once: 63 for the last answer of a batch. */
  #groupFor(place: number, slot: number, octets: number): number {
    let found = -1;
    if (this.#ungrouped > 0 || octets > UDP_GROUPED_BYTES_MAX) return found;
    for (let header = this.#places[place]!; header >= 0; header = this.#before[header]!) {
      const fit = this.#fitOf(header, octets);
      if (fit === Fit.NONE || !this.#isOnWayOf(header, slot)) continue;
      if (fit === Fit.EVEN) return header;
      found = header;
    }
    return found;
  }

  /** How an answer of `octets` fits the group of `header`. All but the last are of one size, and the last is no larger. */
  #fitOf(header: number, octets: number): number {
    const count = this.answersIn(header);
    const first = this.#sizeAt(header, 0);
    if (count === UDP_GROUP_ANSWERS_MAX || first > UDP_GROUPED_BYTES_MAX) return Fit.NONE;
    if (octets === first) return Fit.EVEN;
    const isOpen = octets < first ? this.#sizeAt(header, count - 1) === first : count === 1;
    return isOpen ? Fit.AT_EDGE : Fit.NONE;
  }

  /** Whether the answer goes to the same client as those of `header`, from the same address. */
  #isOnWayOf(header: number, slot: number): boolean {
    const first = this.#firstSlots[header]!;
    const length = this.#receive[slot * HEADER_WORDS + Header.NAME_LENGTH]!;
    if (!isSame(this.#nameWords, this.nameAt(first) / 4, this.nameAt(slot) / 4, length / 4)) return false;
    const control = this.#ownControl(slot);
    // Of the padding at the end nobody knows what it holds.
    const words = control === 0 ? 0 : this.#control[(slot * CONTROL_BYTES) / 4]! / 4;
    return isSame(this.#control, (first * CONTROL_BYTES) / 4, (slot * CONTROL_BYTES) / 4, words);
  }

  /** Puts the answer into the group of `header`, which it fits, before a smaller last one. */
  #addTo(header: number, slot: number, octets: number): void {
    const count = this.answersIn(header);
    const end = this.#iovecAt(header, count);
    if (this.#sizeAt(header, count - 1) < octets) {
      this.#sendIovecs.copyWithin(end, end - IOVEC_WORDS, end);
      this.#putAnswer(end - IOVEC_WORDS, slot, octets);
    } else {
      this.#putAnswer(end, slot, octets);
    }
    this.#send[header * HEADER_WORDS + Header.IOVECS] = count + 1;
    if (count === 1) this.#writeSegmentSize(header);
  }

  /** Has the kernel cut the group of `header`. Its first answer's size is final from the second answer on. */
  #writeSegmentSize(header: number): void {
    const first = this.#firstSlots[header]!;
    const own = this.#ownControl(first);
    const control = (first * CONTROL_BYTES + own) / 4;
    this.#control[control] = SEGMENT_CONTROL_LENGTH;
    this.#control[control + 1] = 0;
    this.#control[control + 2] = Linux.IPPROTO_UDP;
    this.#control[control + 3] = Linux.UDP_SEGMENT;
    this.#control[control + 4] = this.#sizeAt(header, 0);
    this.#send[header * HEADER_WORDS + Header.CONTROL_LENGTH] = own + SEGMENT_CONTROL_ROOM;
  }

  #putAnswer(iovec: number, slot: number, octets: number): void {
    this.#sendIovecs[iovec] = this.#receiveIovecs[slot * IOVEC_WORDS]!;
    this.#sendIovecs[iovec + 1] = this.#receiveIovecs[slot * IOVEC_WORDS + 1]!;
    this.#sendIovecs[iovec + 2] = octets;
  }

  /** Word of the iovec of answer `i` of staged header `index`. */
  #iovecAt(index: number, i: number): number {
    return (index * GROUP_IOVECS + i) * IOVEC_WORDS;
  }

  /** Octets of answer `i` of staged header `index`. */
  #sizeAt(index: number, i: number): number {
    return this.#sendIovecs[this.#iovecAt(index, i) + 2]!;
  }

  /** Octets of the control message that came with slot `slot`, which says from where to answer. */
  #ownControl(slot: number): number {
    return this.#receive[slot * HEADER_WORDS + Header.CONTROL_LENGTH]!;
  }

  #placeOf(slot: number): number {
    const name = this.nameAt(slot) / 4;
    const words = this.#nameWords;
    // Port and address; of an IPv6 address its first and last word.
    const mixed =
      Math.imul(words[name]!, SPREAD) ^ Math.imul(words[name + 1]! ^ words[name + 2]! ^ words[name + 5]!, SPREAD + 2);
    return Math.imul(mixed, SPREAD) >>> PLACE_SHIFT;
  }

  /** Lets routing choose the interface for the answer; a link-local address means nothing without its own. */
  #freeInterface(slot: number): void {
    const control = this.#control;
    const at = (slot * CONTROL_BYTES) / 4;
    if (control[at + 2] === Linux.IPPROTO_IP) control[at + 4] = 0;
    else if ((control[at + 4]! & LINK_LOCAL_MASK) !== LINK_LOCAL) control[at + 8] = 0;
  }
}

/** Whether the `count` words at `a` and at `b` are equal. */
function isSame(words: Int32Array, a: number, b: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}
