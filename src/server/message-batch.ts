/**
 * Memory for one batch of UDP messages, laid out once as recvmmsg(2) and sendmmsg(2) want it and kept for the worker's
 * life: per slot a message buffer, the peer's address and a control message, with one array of headers to receive by and
 * one to send by. Linux, 64-bit, little-endian (`system-calls.ts`).
 *
 *   mmsghdr  64 octets: name* 0, namelen 8, iov* 16, iovlen 24, control* 32, controllen 40, flags 48, received/sent 56
 *   iovec    16 octets: base* 0, length 8
 *   sockaddr 28 octets: family 0 (host order), port 2 (network order), IPv4 address 4 | IPv6 address 8, scope 24
 *   cmsghdr  16 octets: length 0, level 8, type 12; then in_pktinfo (index 0, source 4, destination 8) or in6_pktinfo
 *            (address 0, index 16)
 *
 * The slots are sent by a second set of headers, so that those to be answered stand side by side whatever was dropped.
 */

import { UDP_BATCH_MESSAGES, UDP_MESSAGE_BYTES } from '../base/limits.ts';
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
/** One control message with the larger of the two packet infos: 16 + 20, rounded up. */
const CONTROL_BYTES = 48;
const CONTROL_ROOM = 40;

/** fe80::/10 as the first word of an address reads on a little-endian machine. */
const LINK_LOCAL_MASK = 0xc0ff;
const LINK_LOCAL = 0x80fe;

/** Words of a header. */
const Header = { NAME_LENGTH: 2, CONTROL: 8, CONTROL_LENGTH: 10, COUNT: 14 } as const;

/** Owner of the memory of one socket's batches. */
export class MessageBatch {
  /** All message buffers; slot i begins at {@link messageAt}. */
  readonly messages: Uint8Array;
  /** Peers' addresses; slot i begins at {@link nameAt}. */
  readonly names: Uint8Array;
  readonly receiveHeaders: bigint;
  readonly sendHeaders: bigint;
  /** Messages staged to be sent. */
  staged = 0;
  readonly #receive: Int32Array;
  readonly #send: Int32Array;
  readonly #receiveIovecs: Int32Array;
  readonly #sendIovecs: Int32Array;
  readonly #control: Int32Array;
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
    const sendIovecs = calls.allocate(slots * IOVEC_BYTES);
    this.messages = new Uint8Array(messages.buffer);
    this.names = new Uint8Array(names.buffer);
    this.receiveHeaders = receive.address;
    this.sendHeaders = send.address;
    this.#receive = new Int32Array(receive.buffer);
    this.#send = new Int32Array(send.buffer);
    this.#receiveIovecs = new Int32Array(receiveIovecs.buffer);
    this.#sendIovecs = new Int32Array(sendIovecs.buffer);
    this.#control = new Int32Array(control.buffer);
    for (const view of [receive, send, receiveIovecs, sendIovecs, control, names]) new Uint8Array(view.buffer).fill(0);
    const iovecs = new BigInt64Array(receiveIovecs.buffer);
    for (let slot = 0; slot < slots; slot++) {
      iovecs[slot * 2] = messages.address + BigInt(this.messageAt(slot));
      iovecs[slot * 2 + 1] = BigInt(UDP_MESSAGE_BYTES);
      for (const [headers, iovec] of [
        [receive, receiveIovecs],
        [send, sendIovecs],
      ] as const) {
        const header = new BigInt64Array(headers.buffer, slot * HEADER_WORDS * 4, 8);
        header[0] = names.address + BigInt(slot * NAME_BYTES);
        header[2] = iovec.address + BigInt(slot * IOVEC_BYTES);
        header[3] = 1n;
        header[4] = withControl ? control.address + BigInt(slot * CONTROL_BYTES) : 0n;
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
    this.staged = 0;
  }

  /** Octets received in slot `slot`. */
  receivedIn(slot: number): number {
    return this.#receive[slot * HEADER_WORDS + Header.COUNT]!;
  }

  /** Queues the `octets` that now stand in slot `slot` to be sent back to its peer, from the address it asked. */
  stage(slot: number, octets: number): void {
    const receive = this.#receive;
    const send = this.#send;
    const from = slot * HEADER_WORDS;
    const to = this.staged * HEADER_WORDS;
    const iovec = this.staged * (IOVEC_BYTES / 4);
    send[to] = receive[from]!;
    send[to + 1] = receive[from + 1]!;
    send[to + Header.NAME_LENGTH] = receive[from + Header.NAME_LENGTH]!;
    this.#sendIovecs[iovec] = this.#receiveIovecs[slot * (IOVEC_BYTES / 4)]!;
    this.#sendIovecs[iovec + 1] = this.#receiveIovecs[slot * (IOVEC_BYTES / 4) + 1]!;
    this.#sendIovecs[iovec + 2] = octets;
    if (this.#withControl) {
      send[to + Header.CONTROL] = receive[from + Header.CONTROL]!;
      send[to + Header.CONTROL + 1] = receive[from + Header.CONTROL + 1]!;
      send[to + Header.CONTROL_LENGTH] = receive[from + Header.CONTROL_LENGTH]!;
      this.#freeInterface(slot);
    }
    this.staged++;
  }

  /** The address of staged header `index`, to go on sending there. */
  stagedAt(index: number): bigint {
    return this.sendHeaders + BigInt(index * HEADER_WORDS * 4);
  }

  /** Lets routing choose the interface for the answer; a link-local address means nothing without its own. */
  #freeInterface(slot: number): void {
    const control = this.#control;
    const at = (slot * CONTROL_BYTES) / 4;
    if (control[at + 2] === Linux.IPPROTO_IP) control[at + 4] = 0;
    else if ((control[at + 4]! & LINK_LOCAL_MASK) !== LINK_LOCAL) control[at + 8] = 0;
  }
}
