/**
 * A connection of a trusted proxy before its PROXY header is complete: takes exactly the header's octets from the socket and
 * leaves what follows, DNS or a TLS handshake, to the next phase. Built by `tcp-listener.ts`.
 */

import type { Socket } from 'node:net';
import type { IpAddress } from '../base/ip-address.ts';
import { TCP_FRAME_MS } from '../base/limits.ts';
import { PROXY_FIXED_BYTES, ProxyHeader, ProxyParse } from '../wire/proxy-header.ts';
import type { PooledConnection } from './connection-pool.ts';

/** What becomes of the connection; exactly one is called, once. */
export type PrefaceEnd = {
  /** The header's client, or null: the proxy speaks for itself. */
  readonly onClient: (client: IpAddress | null) => void;
  /** No header, or a bad one, or the connection ended first. */
  readonly onFailure: () => void;
};

/** Owner of a socket until its header is there. */
export class ProxyPreface implements PooledConnection {
  /** Whose limits count is not known yet; the proxy's own must not. */
  readonly clientKey: null = null;
  readonly #socket: Socket;
  readonly #end: PrefaceEnd;
  readonly #sinceMs = performance.now();
  readonly #onReadable = () => this.#read();
  readonly #onClose = () => this.#fail();
  #head: Buffer | null = null;
  #hasEnded = false;

  constructor(socket: Socket, end: PrefaceEnd) {
    this.#socket = socket;
    this.#end = end;
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onClose);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onClose);
  }

  deadlineMs(idleMs: number): number {
    return this.#sinceMs + Math.min(TCP_FRAME_MS, idleMs);
  }

  finish(): void {
    this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(): void {
    this.#head ??= this.#socket.read(PROXY_FIXED_BYTES) as Buffer | null;
    const head = this.#head;
    if (head === null || this.#hasEnded) return;
    const header = new ProxyHeader();
    const announced = head.length < PROXY_FIXED_BYTES ? 0 : head.readUInt16BE(14);
    const isLong = header.parse(head, 0, head.length) === ProxyParse.INCOMPLETE && announced > 0;
    const rest = isLong ? (this.#socket.read(announced) as Buffer | null) : null;
    if (isLong && rest === null) return;
    const whole = rest === null ? head : Buffer.concat([head, rest]);
    const octets = header.parse(whole, 0, whole.length);
    if (octets <= 0) {
      this.#fail();
      return;
    }
    this.#leave();
    this.#end.onClient(header.family === 0 ? null : { family: header.family, words: header.words });
  }

  #fail(): void {
    if (this.#hasEnded) return;
    this.#leave();
    this.#socket.on('error', () => {});
    this.#socket.destroy();
    this.#end.onFailure();
  }

  #leave(): void {
    this.#hasEnded = true;
    this.#socket.off('readable', this.#onReadable);
    for (const event of ['end', 'close', 'error']) this.#socket.off(event, this.#onClose);
  }
}
