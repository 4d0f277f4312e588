/**
 * What honest clients send while a drill goes on: a steady flow over UDP, and over TCP one connection a query, as resolvers
 * come after truncation. From addresses of loopback that no attacker of these drills uses.
 */

import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, buildQuery, type DnsServer } from '../tools/dns-client.ts';

const UDP_PER_TICK = 4;
const TICK_MS = 20;
const TCP_EVERY_TICKS = 5;
/** What a resolver waits before it asks again. */
const PATIENCE_MS = 2_000;
const NAME = 'www.drill.test.';
const CLIENT_COOKIE = '0123456789abcdef';
const COOKIE_CODE = 10;
const UDP_SOURCE = '127.0.0.2';
const TCP_SOURCE = '127.0.0.3';

export type StreamShares = { readonly udp: number; readonly tcp: number };

/** 200 queries a second over UDP, 10 over TCP. */
export class LegitimateStream {
  readonly #server: DnsServer;
  readonly #socket: Socket = createSocket('udp4');
  readonly #waiting = new Set<number>();
  #cookie: { readonly cookie?: string } = {};
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #id = 0;
  readonly #sent = { udp: 0, tcp: 0 };
  readonly #answered = { udp: 0, tcp: 0 };
  readonly #open = new Set<Promise<void>>();

  constructor(server: DnsServer) {
    this.#server = server;
    this.#socket.on('message', (message) => {
      // Truncated is not answered.
      if (this.#waiting.delete(message.readUInt16BE(0)) && (message[2]! & 2) === 0) this.#answered.udp++;
    });
    this.#socket.on('error', () => {});
  }

  /** With `hasCookie` every query over UDP brings the server's cookie, fetched first. */
  async start(hasCookie: boolean): Promise<void> {
    if (hasCookie) {
      const { opt } = await ask(this.#server, NAME, 'A', { cookie: CLIENT_COOKIE, from: UDP_SOURCE });
      const given = opt?.options.find(({ code }) => code === COOKIE_CODE);
      if (given === undefined) throw new Error('the server gives no cookie');
      this.#cookie = { cookie: Buffer.from(given.data).toString('hex') };
    }
    this.#socket.bind(0, UDP_SOURCE);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Answers of the last queries are waited for. */
  async stop(): Promise<StreamShares> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all(this.#open);
    for (let waitedMs = 0; this.#waiting.size > 0 && waitedMs < PATIENCE_MS; waitedMs += TICK_MS) await sleep(TICK_MS);
    this.#socket.close();
    return { udp: this.#answered.udp / this.#sent.udp, tcp: this.#answered.tcp / this.#sent.tcp };
  }

  #tick(): void {
    for (let i = 0; i < UDP_PER_TICK; i++) {
      this.#id = (this.#id + 1) & 0xffff;
      this.#waiting.add(this.#id);
      this.#sent.udp++;
      this.#socket.send(buildQuery(NAME, 'A', { id: this.#id, ...this.#cookie }), this.#server.dnsPort, '127.0.0.1');
    }
    if (this.#ticks++ % TCP_EVERY_TICKS !== 0) return;
    const asking: Promise<void> = this.#askTcp().finally(() => this.#open.delete(asking));
    this.#open.add(asking);
  }

  #askTcp(): Promise<void> {
    this.#sent.tcp++;
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.#server.dnsPort, localAddress: TCP_SOURCE });
      const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
      socket.on('connect', () => {
        const query = buildQuery(NAME, 'A', { id: 7 });
        socket.write(Uint8Array.from([0, query.length, ...query]));
      });
      socket.once('data', () => {
        this.#answered.tcp++;
        socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
