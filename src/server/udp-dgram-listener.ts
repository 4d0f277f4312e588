/**
 * UDP through Node's `dgram`, on any platform: one socket per listen address, answers written in place into a small ring
 * of buffers that the kernel may still be reading. Several workers share a port by SO_REUSEPORT. Runs in a UDP worker.
 *
 * `dgram` cannot choose the address that an answer leaves from, so a wildcard address on a host with several addresses
 * needs the `mmsg` transport or explicit addresses; `server.ts` says so at the start.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type IpAddress, parseIpAddress, unmapAddress } from '../base/ip-address.ts';
import {
  MESSAGE_BYTES_MAX,
  UDP_MESSAGE_BYTES,
  UDP_RECEIVE_BUFFER_BYTES,
  UDP_SENDS_PENDING_MAX,
} from '../base/limits.ts';
import type { AnswerPort } from './answer-port.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import type { ListenAddress } from './serve-options.ts';
import type { ServiceTimer } from './service-times.ts';
import { withoutScope } from './tcp-listener.ts';

export type UdpListenerOptions = { readonly listen: readonly ListenAddress[]; readonly reusePort: boolean };

/** Turns of the event loop before the sockets close, at most; each reads up to 32 datagrams a socket. */
const DRAIN_TURNS_MAX = 128;
/** Turns without a datagram after which nothing is left: the first may not have come to reading. */
const QUIET_TURNS = 3;

/** A buffer and what frees it again; made once, so that an answer costs no closure. */
type SendSlot = { readonly bytes: Uint8Array; readonly done: (error: Error | null) => void };

/** Owner of the sockets and buffers. */
export class UdpDgramListener {
  readonly #options: UdpListenerOptions;
  readonly #answer: AnswerPort;
  readonly #counters: ListenerCounters;
  readonly #timer: ServiceTimer;
  readonly #onFailure: (error: Error) => void;
  readonly #sockets: Socket[] = [];
  readonly #free: SendSlot[] = [];
  #stopping = false;
  /** Datagrams read. */
  #taken = 0;

  /** `onFailure` hears of a socket that broke for good: the worker cannot go on. */
  constructor(
    options: UdpListenerOptions,
    answer: AnswerPort,
    counters: ListenerCounters,
    timer: ServiceTimer,
    onFailure: (error: Error) => void,
  ) {
    this.#options = options;
    this.#answer = answer;
    this.#counters = counters;
    this.#timer = timer;
    this.#onFailure = onFailure;
    for (let i = 0; i < UDP_SENDS_PENDING_MAX; i++) this.#free.push(this.#createSlot());
  }

  /** Binds every address and resolves with the ports, in order; rejects with the system's error. */
  async start(): Promise<number[]> {
    const ports: number[] = [];
    for (const address of this.#options.listen) ports.push(await this.#bind(address));
    return ports;
  }

  /** Answers what the sockets still hold, then closes them. */
  async stop(): Promise<void> {
    for (let turn = 0, quiet = 0; turn < DRAIN_TURNS_MAX && quiet < QUIET_TURNS; turn++) {
      const before = this.#taken;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#taken === before ? quiet + 1 : 0;
    }
    this.#stopping = true;
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #bind(address: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      const isIpv6 = address.address.includes(':');
      const socket = createSocket({
        type: isIpv6 ? 'udp6' : 'udp4',
        ipv6Only: isIpv6,
        reusePort: this.#options.reusePort,
        // Peers are addresses already; Node's own lookup would defer every answer by a turn.
        lookup: (host, _options, callback) => callback(null, host, isIpv6 ? 6 : 4),
      });
      socket.once('error', reject);
      socket.bind(address.port, address.address, () => {
        socket.off('error', reject);
        socket.on('error', (error) => this.#onSocketError(error));
        socket.on('message', (message, peer) => this.#onMessage(socket, message, peer));
        raiseReceiveBuffer(socket);
        this.#sockets.push(socket);
        resolve(socket.address().port);
      });
    });
  }

  #onMessage(socket: Socket, message: Uint8Array, peer: RemoteInfo): void {
    if (this.#stopping) return;
    this.#taken++;
    const client = clientOf(peer.address);
    if (peer.port === 0 || client === null) {
      // Nobody can be answered there, and the kernel would refuse with an error.
      count(this.#counters, ListenerCounter.UDP_PORT_ZERO);
      return;
    }
    if (message.length > UDP_MESSAGE_BYTES) {
      this.#answerLong(socket, message, peer, client);
      return;
    }
    const slot = this.#free.pop();
    if (slot === undefined) {
      count(this.#counters, ListenerCounter.UDP_SEND_DROPPED);
      return;
    }
    this.#timer.begin();
    slot.bytes.set(message);
    const octets = this.#answer(slot.bytes, 0, message.length, client.family, client.words);
    if (octets === 0) {
      this.#free.push(slot);
      this.#timer.end(0);
      return;
    }
    this.#send(socket, slot.bytes, octets, peer, slot.done);
    this.#timer.end(1);
  }

  /** No honest query is this long, but the protocol allows it. */
  #answerLong(socket: Socket, message: Uint8Array, peer: RemoteInfo, client: IpAddress): void {
    count(this.#counters, ListenerCounter.UDP_TOO_LONG);
    const bytes = new Uint8Array(MESSAGE_BYTES_MAX);
    bytes.set(message);
    const octets = this.#answer(bytes, 0, message.length, client.family, client.words);
    if (octets > 0) this.#send(socket, bytes, octets, peer, (error) => this.#onSent(error));
  }

  #send(socket: Socket, bytes: Uint8Array, octets: number, peer: RemoteInfo, done: (error: Error | null) => void) {
    try {
      socket.send(bytes, 0, octets, peer.port, peer.address, done);
    } catch (error) {
      // Arguments that Node refuses, or a socket closed under us.
      done(error as Error);
    }
  }

  #createSlot(): SendSlot {
    const slot: SendSlot = {
      bytes: new Uint8Array(UDP_MESSAGE_BYTES),
      done: (error) => {
        this.#free.push(slot);
        this.#onSent(error);
      },
    };
    return slot;
  }

  /** No room in the kernel, EPERM of a firewall, EHOSTUNREACH: this answer is lost, the next may not be. */
  #onSent(error: Error | null): void {
    if (error === null) return;
    count(this.#counters, hasNoRoom(error) ? ListenerCounter.UDP_SEND_DROPPED : ListenerCounter.UDP_SEND_FAILED);
  }

  #onSocketError(error: Error): void {
    count(this.#counters, ListenerCounter.UDP_SOCKET_FAILED);
    if (!isPassing(error)) this.#onFailure(error);
  }
}

/** The kernel's queues or memory are full for the moment. */
function hasNoRoom(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOBUFS' || code === 'ENOMEM' || code === 'EAGAIN';
}

/** Errors that the kernel reports of an answer sent earlier, or of a moment without memory. */
function isPassing(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH' ||
    code === 'ENOBUFS' ||
    code === 'ENOMEM' ||
    code === 'EMSGSIZE' ||
    code === 'EPERM'
  );
}

function clientOf(address: string): IpAddress | null {
  const parsed = parseIpAddress(withoutScope(address));
  return parsed === null ? null : unmapAddress(parsed);
}

/** The kernel may grant less (net.core.rmem_max); small queues only drop sooner. */
function raiseReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(UDP_RECEIVE_BUFFER_BYTES);
  } catch {
    // The default stands.
  }
}
