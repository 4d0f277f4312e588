/**
 * UDP in batches: recvmmsg, answer each message where it lies, sendmmsg. One socket per listen address and worker, shared
 * by SO_REUSEPORT. The loop blocks in the kernel and never returns to Node's event loop: `runBatch` waits at most
 * {@link UDP_WAIT_MS} so that its caller sees new tables and the word to stop.
 */

import type { TableWarmer } from '../answer/table-warmer.ts';
import { addressBytes, type IpAddress, parseIpAddress, readAddressWords } from '../base/ip-address.ts';
import {
  UDP_BATCH_MESSAGES,
  UDP_GATHER_FROM_MESSAGES,
  UDP_GATHER_US,
  UDP_RECEIVE_BUFFER_BYTES,
  UDP_WAIT_MS,
} from '../base/limits.ts';
import type { AnswerPort } from './answer-port.ts';
import type { ArrivalRate } from './arrival-rate.ts';
import { beat, count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import { MessageBatch } from './message-batch.ts';
import type { ListenAddress } from './serve-options.ts';
import type { ServiceTimer } from './service-times.ts';
import { Linux, type SystemCalls } from './system-calls.ts';

const SOCKADDR_BYTES = 28;
const SOCKADDR_IN_BYTES = 16;
/** Tries to send one batch while the kernel has no room, {@link SEND_WAIT_MS} apart; then the rest is dropped. */
const SEND_TRIES_MAX = 10;
const SEND_WAIT_MS = 2;
/** The longest way of a datagram from the choice of a socket into its queue. */
const CHOSEN_US = 1_000;
/** More than a receive buffer holds, in case that the kernel does not connect it. */
const RETIRE_BATCHES_MAX = 1_024;

/** A system call that failed when a socket was opened. */
class SocketError extends Error {
  override readonly name = 'SocketError';
  readonly errno: number;

  constructor(call: string, address: ListenAddress, errno: number) {
    super(`${call} failed for ${address.address} port ${address.port} (errno ${errno})`);
    this.errno = errno;
  }
}

export type UdpMmsgListenerInput = {
  readonly calls: SystemCalls;
  readonly listen: readonly ListenAddress[];
  readonly answer: AnswerPort;
  readonly counters: ListenerCounters;
  readonly timer: ServiceTimer;
  /** Of the tables that `answer` answers from; null: nothing is fetched ahead. */
  readonly warmer: TableWarmer | null;
  readonly rate: ArrivalRate;
};

/** `own`: where it is bound, as a sockaddr. */
type Socket = { readonly fd: number; readonly own: Uint8Array; readonly batch: MessageBatch };

/** Owner of one worker's sockets and their memory. */
export class UdpMmsgListener {
  readonly ports: readonly number[];
  readonly #calls: SystemCalls;
  readonly #answer: AnswerPort;
  readonly #counters: ListenerCounters;
  readonly #timer: ServiceTimer;
  readonly #warmer: TableWarmer | null;
  readonly #rate: ArrivalRate;
  readonly #sockets: Socket[] = [];
  /** pollfd of each socket: descriptor, events | revents << 16. */
  readonly #polls: Int32Array;
  readonly #clientWords = new Uint32Array(4);

  /** Opens and binds every address; throws {@link SocketError}, with nothing left open. */
  constructor({ calls, listen, answer, counters, timer, warmer, rate }: UdpMmsgListenerInput) {
    this.#calls = calls;
    this.#answer = answer;
    this.#counters = counters;
    this.#timer = timer;
    this.#warmer = warmer;
    this.#rate = rate;
    const ports: number[] = [];
    try {
      for (const address of listen) ports.push(this.#open(address));
    } catch (error) {
      this.close();
      throw error;
    }
    this.ports = ports;
    this.#polls = new Int32Array(this.#sockets.length * 2);
  }

  /**
   * Answers one batch on each socket that has any, waiting at most {@link UDP_WAIT_MS} for the first, and under load
   * {@link UDP_GATHER_US} for more. Returns how many came.
   */
  runBatch(): number {
    beat(this.#counters);
    const served = this.#serveAll();
    this.#rate.add(served);
    const isPart = served >= UDP_GATHER_FROM_MESSAGES && served < UDP_BATCH_MESSAGES;
    if (isPart && this.#rate.isHigh) this.#calls.usleep(UDP_GATHER_US);
    return served;
  }

  /** Of the open sockets; they outlive a thread that dies, unlike Node's own. */
  get descriptors(): number[] {
    return this.#sockets.map(({ fd }) => fd);
  }

  /**
   * Answers what its sockets hold and gets nothing more: what comes from now on goes to the other sockets at the address. To be closed
   * then: what a socket holds when it is closed is lost.
   */
  retire(): void {
    // The kernel gives a connected socket what its peer sends alone, and this one's is itself (of a wildcard, its port of loopback).
    for (const { fd, own } of this.#sockets) this.#calls.connect(fd, own, own.length);
    for (let batches = 0, wasQuiet = false; batches < RETIRE_BATCHES_MAX; batches++) {
      let served = 0;
      for (const socket of this.#sockets) served += this.#serve(socket, Linux.MSG_DONTWAIT);
      if (served === 0 && wasQuiet) return;
      wasQuiet = served === 0;
      if (wasQuiet) this.#calls.usleep(CHOSEN_US);
    }
  }

  close(): void {
    for (const socket of this.#sockets) this.#calls.close(socket.fd);
    this.#sockets.length = 0;
  }

  #serveAll(): number {
    const first = this.#sockets[0];
    if (this.#sockets.length === 1 && first !== undefined) return this.#serve(first, Linux.MSG_WAITFORONE);
    let served = 0;
    for (const socket of this.#sockets) served += this.#serve(socket, Linux.MSG_DONTWAIT);
    if (served === 0) this.#wait();
    return served;
  }

  #serve(socket: Socket, flags: number): number {
    const received = this.#calls.recvmmsg(socket.fd, socket.batch.receiveHeaders, UDP_BATCH_MESSAGES, flags, null);
    if (received <= 0) {
      const errno = this.#calls.errno();
      // Anything else is an error of an earlier answer that ICMP brought back, or a moment without memory.
      if (errno !== Linux.EAGAIN && errno !== Linux.EINTR) count(this.#counters, ListenerCounter.UDP_SOCKET_FAILED);
      return 0;
    }
    this.#timer.begin();
    if (received > 1 && this.#warmer?.isNeeded) warmFor(this.#warmer, socket.batch, received);
    for (let slot = 0; slot < received; slot++) this.#answerSlot(socket.batch, slot);
    if (socket.batch.staged > 0) this.#send(socket);
    this.#timer.end(socket.batch.answers);
    socket.batch.prepare(received);
    return received;
  }

  #answerSlot(batch: MessageBatch, slot: number): void {
    const { names } = batch;
    const at = batch.nameAt(slot);
    if (names[at + 2] === 0 && names[at + 3] === 0) {
      // Nobody can be answered at port 0.
      count(this.#counters, ListenerCounter.UDP_PORT_ZERO);
      return;
    }
    const family = names[at] === Linux.AF_INET ? 4 : 6;
    readAddressWords(this.#clientWords, family, names, family === 4 ? at + 4 : at + 8);
    const start = batch.messageAt(slot);
    const octets = this.#answer(batch.messages, start, batch.receivedIn(slot), family, this.#clientWords);
    if (octets > 0) batch.stage(slot, octets);
  }

  /** Sends what is staged; a message that the kernel refuses is counted and left out, the others go. */
  #send(socket: Socket): void {
    const { batch } = socket;
    let sent = 0;
    let tries = 0;
    while (sent < batch.staged) {
      const headers = sent === 0 ? batch.sendHeaders : batch.stagedAt(sent);
      const result = this.#calls.sendmmsg(socket.fd, headers, batch.staged - sent, 0);
      if (result > 0) {
        sent += result;
        continue;
      }
      const errno = this.#calls.errno();
      if (errno === Linux.EINTR) continue;
      if (errno === Linux.EAGAIN || errno === Linux.ENOBUFS || errno === Linux.ENOMEM) {
        if (++tries <= SEND_TRIES_MAX) {
          // A device without room leaves the socket writable, so only EAGAIN is worth waiting for on the socket.
          const sockets = errno === Linux.EAGAIN ? 1 : 0;
          this.#calls.poll(Int32Array.of(socket.fd, Linux.POLLOUT), sockets, SEND_WAIT_MS);
          continue;
        }
        for (; sent < batch.staged; sent++)
          for (let i = batch.answersIn(sent); i > 0; i--) count(this.#counters, ListenerCounter.UDP_SEND_DROPPED);
        return;
      }
      if (batch.answersIn(sent) > 1) {
        // Perhaps only together: an old kernel, a tunnel that encrypts.
        batch.split(sent);
        continue;
      }
      // EPERM of a firewall, no route, an answer larger than the path: this one is lost, the next may not be.
      count(this.#counters, ListenerCounter.UDP_SEND_FAILED);
      sent++;
    }
  }

  #wait(): void {
    for (const [i, socket] of this.#sockets.entries()) {
      this.#polls[i * 2] = socket.fd;
      this.#polls[i * 2 + 1] = Linux.POLLIN;
    }
    this.#calls.poll(this.#polls, this.#sockets.length, UDP_WAIT_MS);
  }

  #open(listen: ListenAddress): number {
    const calls = this.#calls;
    const address = parseIpAddress(listen.address);
    if (address === null) throw new SocketError('parse', listen, 0);
    const isIpv6 = address.family === 6;
    const fd = calls.socket(isIpv6 ? Linux.AF_INET6 : Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
    if (fd < 0) throw new SocketError('socket', listen, calls.errno());
    const isWildcard = address.words.every((word) => word === 0);
    const set = (level: number, option: number, value: number) =>
      calls.setsockopt(fd, level, option, Int32Array.of(value), 4) === 0;
    const isSet =
      set(Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1) &&
      (!isIpv6 || set(Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, 1)) &&
      // Answers fit every path (RFC 9715), so that nobody's forged word of a smaller one may fragment them; 2 % of a query's cost as well.
      (isIpv6
        ? set(Linux.IPPROTO_IPV6, Linux.IPV6_MTU_DISCOVER, Linux.IP_PMTUDISC_OMIT)
        : set(Linux.IPPROTO_IP, Linux.IP_MTU_DISCOVER, Linux.IP_PMTUDISC_OMIT)) &&
      (!isWildcard ||
        (isIpv6 ? set(Linux.IPPROTO_IPV6, Linux.IPV6_RECVPKTINFO, 1) : set(Linux.IPPROTO_IP, Linux.IP_PKTINFO, 1))) &&
      this.#setTimeouts(fd);
    // The kernel may grant less (net.core.rmem_max); smaller queues only drop sooner.
    set(Linux.SOL_SOCKET, Linux.SO_RCVBUF, UDP_RECEIVE_BUFFER_BYTES);
    set(Linux.SOL_SOCKET, Linux.SO_SNDBUF, UDP_RECEIVE_BUFFER_BYTES);
    const name = socketAddress(address, listen.port);
    const isBound = isSet && calls.bind(fd, name, isIpv6 ? SOCKADDR_BYTES : SOCKADDR_IN_BYTES) === 0;
    if (!isBound) {
      const error = new SocketError(isSet ? 'bind' : 'setsockopt', listen, calls.errno());
      calls.close(fd);
      throw error;
    }
    const own = name.slice(0, isIpv6 ? SOCKADDR_BYTES : SOCKADDR_IN_BYTES);
    calls.getsockname(fd, own, Int32Array.of(own.length));
    this.#sockets.push({ fd, own, batch: new MessageBatch(calls, isWildcard) });
    return (own[2]! << 8) | own[3]!;
  }

  #setTimeouts(fd: number): boolean {
    const timeval = BigInt64Array.of(0n, BigInt(UDP_WAIT_MS * 1000));
    const { setTimeout } = this.#calls;
    return (
      setTimeout(fd, Linux.SOL_SOCKET, Linux.SO_RCVTIMEO, timeval, 16) === 0 &&
      setTimeout(fd, Linux.SOL_SOCKET, Linux.SO_SNDTIMEO, timeval, 16) === 0
    );
  }
}

/** Fetches what the batch will need; with a PROXY header in front a message tells nothing, and does no harm. */
function warmFor(warmer: TableWarmer, batch: MessageBatch, received: number): void {
  for (let slot = 0; slot < received; slot++)
    warmer.note(batch.messages, batch.messageAt(slot), batch.receivedIn(slot));
  warmer.warm();
}

/** sockaddr_in or sockaddr_in6 of `address` and `port`. */
function socketAddress(address: IpAddress, port: number): Uint8Array {
  const name = new Uint8Array(SOCKADDR_BYTES);
  name[0] = address.family === 4 ? Linux.AF_INET : Linux.AF_INET6;
  name[2] = port >> 8;
  name[3] = port & 255;
  name.set(addressBytes(address), address.family === 4 ? 4 : 8);
  return name;
}
