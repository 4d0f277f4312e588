/**
 * Thousands of questions to one server over one UDP socket and one TCP connection, told apart by their ids; for comparing servers, where
 * a socket for each question would be most of the time.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, type Socket as TcpSocket } from 'node:net';
import type { DnsServer } from './dns-client.ts';

/** Octets that came, or null for none in time. */
type Settle = (reply: Uint8Array | null) => void;

const TIMEOUT_MS = 3_000;

export class BulkClient {
  readonly #server: DnsServer;
  readonly #udp: UdpSocket;
  readonly #waiting = new Map<string, Settle>();
  #tcp: TcpSocket | null = null;
  #received: Buffer = Buffer.alloc(0);
  #nextId = 0;

  private constructor(server: DnsServer) {
    this.#server = server;
    this.#udp = createSocket('udp4');
    this.#udp.on('message', (reply) => this.#settle('udp', reply));
    // A refused port shows as questions without an answer.
    this.#udp.on('error', () => undefined);
  }

  static async open(server: DnsServer): Promise<BulkClient> {
    const client = new BulkClient(server);
    await new Promise<void>((resolve) => client.#udp.bind(0, '127.0.0.1', resolve));
    return client;
  }

  /** Sends `query` with an id of its own; the answer's id is put back to that of `query`. Null: silence for `timeoutMs`. */
  ask(query: Uint8Array, overTcp: boolean, timeoutMs: number = TIMEOUT_MS): Promise<Uint8Array | null> {
    const transport = overTcp ? 'tcp' : 'udp';
    const id = this.#nextId;
    this.#nextId = (this.#nextId + 1) & 0xffff;
    const bytes = Uint8Array.from(query);
    bytes[0] = id >> 8;
    bytes[1] = id & 255;
    return new Promise((resolve) => {
      const key = `${transport}${id}`;
      const timer = setTimeout(() => {
        this.#waiting.delete(key);
        resolve(null);
      }, timeoutMs);
      this.#waiting.set(key, (reply) => {
        clearTimeout(timer);
        this.#waiting.delete(key);
        if (reply !== null) reply.set(query.subarray(0, 2));
        resolve(reply);
      });
      if (overTcp) this.#connection().write(Uint8Array.from([bytes.length >> 8, bytes.length & 255, ...bytes]));
      else this.#udp.send(bytes, this.#server.dnsPort, this.#server.dnsHost);
    });
  }

  close(): void {
    this.#udp.close();
    this.#tcp?.destroy();
  }

  #connection(): TcpSocket {
    if (this.#tcp !== null && !this.#tcp.destroyed) return this.#tcp;
    const socket = connect({ host: this.#server.dnsHost, port: this.#server.dnsPort });
    this.#tcp = socket;
    this.#received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => this.#takeStream(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const [key, settle] of this.#waiting) if (key.startsWith('tcp') && this.#tcp === socket) settle(null);
    });
    return socket;
  }

  #takeStream(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 2) {
      const end = 2 + this.#received.readUInt16BE(0);
      if (this.#received.length < end) return;
      this.#settle('tcp', this.#received.subarray(2, end));
      this.#received = this.#received.subarray(end);
    }
  }

  #settle(transport: string, reply: Uint8Array): void {
    if (reply.length < 12) return;
    this.#waiting.get(`${transport}${(reply[0]! << 8) | reply[1]!}`)?.(Uint8Array.from(reply));
  }
}
