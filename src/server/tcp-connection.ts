/**
 * One DNS connection over TCP (RFC 7766): two octets of length before each message, in any split; queries answered in
 * the order in which they came; a client that reads slowly is not read from, one that stalls is cut.
 *
 *   octets -> #input -> frame -> AnswerPort (in the listener's work buffer) -> one write per turn
 *
 * Built by `tcp-listener.ts` over a plain socket or, for DoT (RFC 7858), over one in TLS. Octets of answers that wait for
 * the client are bounded, and so is the number of its queries in flight: what is not answered yet is not read either.
 */

import type { Socket } from 'node:net';
import type { IpAddress } from '../base/ip-address.ts';
import {
  MESSAGE_BYTES_MAX,
  TCP_BACKLOG_BYTES_MAX,
  TCP_FRAME_MS,
  TCP_QUERIES_PER_TURN,
  TCP_STALL_MS,
} from '../base/limits.ts';
import type { AnswerPort } from './answer-port.ts';
import { clientKeyOf } from './client-key.ts';
import type { PooledConnection } from './connection-pool.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import type { ServiceTimer } from './service-times.ts';

/** Octets before a message. */
const PREFIX_BYTES = 2;
/** A frame's first octets; most queries fit. */
const INPUT_BYTES_MIN = 512;

/** What connections of one listener share. */
export type TcpHost = {
  readonly answer: AnswerPort;
  readonly counters: ListenerCounters;
  readonly timer: ServiceTimer;
  /** Room for a prefix and a message; used within one call only. */
  readonly work: Uint8Array;
  /** Told of each query, to keep the order of idleness. */
  readonly onQuery: (connection: PooledConnection) => void;
  readonly onClose: (connection: PooledConnection) => void;
};

/** The work buffer of a {@link TcpHost}. */
export function createTcpWork(): Uint8Array {
  return new Uint8Array(PREFIX_BYTES + MESSAGE_BYTES_MAX);
}

/** Owner of one socket. */
export class TcpConnection implements PooledConnection {
  readonly client: IpAddress;
  readonly clientKey: string;
  readonly #socket: Socket;
  readonly #host: TcpHost;
  #input: Uint8Array | null = null;
  #start = 0;
  #end = 0;
  /** When the frame at the head of the input began, the last query was complete, the backlog became full; or 0. */
  #frameSinceMs = 0;
  #lastQueryMs: number;
  #fullSinceMs = 0;
  #turnPending = false;
  #ended = false;
  #finishing = false;
  /** What comes in can no longer be taken apart. */
  #isBroken = false;
  /** Our side has been closed. */
  #closing = false;

  /** `client` is who asks: the peer, unmapped, or whom its PROXY header names. */
  constructor(socket: Socket, client: IpAddress, host: TcpHost) {
    this.#socket = socket;
    this.#host = host;
    this.client = client;
    this.clientKey = clientKeyOf(client);
    this.#lastQueryMs = performance.now();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('end', () => this.#onEnd());
    socket.on('error', () => count(host.counters, ListenerCounter.TCP_FAILED));
    socket.on('close', () => host.onClose(this));
  }

  deadlineMs(idleMs: number): number {
    const idle = this.#lastQueryMs + idleMs;
    if (this.#fullSinceMs > 0) return this.#fullSinceMs + TCP_STALL_MS;
    return this.#frameSinceMs > 0 ? Math.min(idle, this.#frameSinceMs + TCP_FRAME_MS) : idle;
  }

  finish(): void {
    this.#finishing = true;
    this.#turn();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Uint8Array): void {
    if (this.#isBroken) return;
    this.#append(chunk);
    this.#turn();
  }

  #onDrain(): void {
    this.#fullSinceMs = 0;
    this.#turn();
  }

  /** RFC 7766 6.2.4 leaves it open; clients that half-close after the last query are many, and want their answers. */
  #onEnd(): void {
    this.#ended = true;
    this.#turn();
  }

  #append(chunk: Uint8Array): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#input = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    const input = this.#input!;
    // The first chunk belongs to the socket's own buffer and is full, so this copies; later ones find room or double it.
    if (this.#end + chunk.length > input.length) {
      const grown = new Uint8Array(Math.max(INPUT_BYTES_MIN, (held + chunk.length) * 2));
      grown.set(input.subarray(this.#start, this.#end));
      this.#input = grown;
      this.#start = 0;
      this.#end = held;
    }
    this.#input!.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Answers complete frames until there are none, the client's backlog is full, or others must have their turn. */
  #turn(): void {
    if (this.#socket.destroyed || this.#closing || this.#fullSinceMs > 0 || this.#turnPending) return;
    const answers: Uint8Array[] = [];
    let octets = 0;
    let queries = 0;
    let room = TCP_BACKLOG_BYTES_MAX - this.#socket.writableLength;
    this.#host.timer.begin();
    while (room > 0 && queries < TCP_QUERIES_PER_TURN) {
      const length = this.#nextFrame();
      if (length < 0) break;
      const answer = this.#answerFrame(length);
      queries++;
      if (answer === null) continue;
      answers.push(answer);
      octets += answer.length;
      room -= answer.length;
    }
    if (this.#socket.destroyed) {
      this.#host.timer.end(0);
      return;
    }
    if (queries > 0) {
      this.#lastQueryMs = performance.now();
      this.#host.onQuery(this);
    }
    const flushed = octets === 0 ? !this.#socket.writableNeedDrain : this.#socket.write(Buffer.concat(answers, octets));
    this.#host.timer.end(answers.length);
    this.#afterTurn(queries, room, flushed);
  }

  #afterTurn(queries: number, room: number, flushed: boolean): void {
    if (room <= 0 && !flushed) {
      this.#fullSinceMs = performance.now();
      this.#socket.pause();
      return;
    }
    if (queries === TCP_QUERIES_PER_TURN || room <= 0) {
      this.#turnPending = true;
      this.#socket.pause();
      setImmediate(() => {
        this.#turnPending = false;
        this.#turn();
      });
      return;
    }
    this.#noteFrame();
    if (this.#isBroken) {
      this.#closing = true;
      this.#socket.destroySoon();
    } else if (this.#ended || this.#finishing) {
      this.#closing = true;
      this.#socket.end();
    } else if (this.#socket.isPaused()) {
      this.#socket.resume();
    }
  }

  /** Octets of the complete frame at the head of the input, or -1. */
  #nextFrame(): number {
    const held = this.#end - this.#start;
    if (held < PREFIX_BYTES) return -1;
    const input = this.#input!;
    const length = (input[this.#start]! << 8) | input[this.#start + 1]!;
    if (length === 0) {
      // No message is empty: the peer does not speak DNS, or has lost count. What it asked before is answered still.
      count(this.#host.counters, ListenerCounter.TCP_BAD_FRAME);
      this.#isBroken = true;
      return -1;
    }
    return held >= PREFIX_BYTES + length ? length : -1;
  }

  #answerFrame(length: number): Uint8Array | null {
    const from = this.#start + PREFIX_BYTES;
    const { work, answer } = this.#host;
    work.set(this.#input!.subarray(from, from + length), PREFIX_BYTES);
    this.#start = from + length;
    if (this.#start === this.#end) this.#input = null;
    const octets = answer(work, PREFIX_BYTES, length, this.client.family, this.client.words);
    if (octets === 0) return null;
    work[0] = octets >>> 8;
    work[1] = octets & 255;
    return work.slice(0, PREFIX_BYTES + octets);
  }

  #noteFrame(): void {
    if (this.#end === this.#start) {
      this.#input = null;
      this.#start = 0;
      this.#end = 0;
      this.#frameSinceMs = 0;
    } else if (this.#frameSinceMs === 0) {
      this.#frameSinceMs = performance.now();
    }
  }
}
