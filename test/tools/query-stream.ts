/**
 * A steady stream of queries while something is being broken: so many a second, each with its own id and deadline, and at the
 * end what came back, what did not, and how long it took. Bounded in rate, in queries under way and in time.
 */

import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AskOptions, buildQuery, type DnsServer } from './dns-client.ts';
import { quantile } from './quantile.ts';

export type StreamQuestion = AskOptions & { readonly name: string; readonly type: string };

export type StreamOptions = {
  readonly questions: readonly StreamQuestion[];
  readonly perSecond: number;
  /** A query without an answer after this is lost. */
  readonly lostAfterMs?: number;
  /** Called with the octets of each answer and its question. */
  readonly onAnswer?: (bytes: Uint8Array, question: StreamQuestion, atMs: number) => void;
};

export type StreamReport = {
  sent: number;
  answered: number;
  lost: number;
  /** Answers by rcode (the header's four bits). */
  rcodes: Record<number, number>;
  /** NaN without an answer. */
  p50Ms: number;
  /** NaN without an answer. */
  p99Ms: number;
  worstMs: number;
};

/** Ids are 16 bits: more under way could not be told apart. */
const UNDER_WAY_MAX = 30_000;
const TICK_MS = 5;

/** Starts at once; `stop` waits for the stragglers. */
export class QueryStream {
  readonly report: StreamReport = { sent: 0, answered: 0, lost: 0, rcodes: {}, p50Ms: 0, p99Ms: 0, worstMs: 0 };
  readonly #socket: Socket;
  readonly #underWay = new Map<number, { question: StreamQuestion; sentMs: number }>();
  readonly #latenciesMs: number[] = [];
  readonly #queries: { question: StreamQuestion; bytes: Uint8Array }[];
  readonly #server: DnsServer;
  readonly #options: StreamOptions;
  readonly #lostAfterMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #startMs = performance.now();
  #nextId = 0;

  constructor(server: DnsServer, options: StreamOptions) {
    this.#server = server;
    this.#options = options;
    this.#lostAfterMs = options.lostAfterMs ?? 2_000;
    this.#queries = options.questions.map((question) => ({
      question,
      bytes: buildQuery(question.name, question.type, question),
    }));
    this.#socket = createSocket({ type: server.dnsHost.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4 << 20 });
    this.#socket.on('message', (message) => this.#receive(message));
    // A refused port is loss, which is what this counts.
    this.#socket.on('error', () => undefined);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Sends no more, waits for what is under way, and counts. */
  async stop(): Promise<StreamReport> {
    clearInterval(this.#timer);
    const deadlineMs = performance.now() + this.#lostAfterMs;
    while (this.#underWay.size > 0 && performance.now() < deadlineMs) await sleep(TICK_MS);
    this.#socket.close();
    this.report.lost += this.#underWay.size;
    this.#underWay.clear();
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    this.report.p50Ms = quantile(sorted, 0.5);
    this.report.p99Ms = quantile(sorted, 0.99);
    this.report.worstMs = sorted.at(-1) ?? 0;
    return this.report;
  }

  /** Sends what is due since the start, so that a late timer does not lower the rate. */
  #tick(): void {
    const nowMs = performance.now();
    this.#dropLost(nowMs);
    const due = Math.floor(((nowMs - this.#startMs) / 1000) * this.#options.perSecond);
    while (this.report.sent < due && this.#underWay.size < UNDER_WAY_MAX) this.#send();
  }

  #send(): void {
    const { question, bytes } = this.#queries[this.report.sent % this.#queries.length]!;
    while (this.#underWay.has(this.#nextId)) this.#nextId = (this.#nextId + 1) & 0xffff;
    const id = this.#nextId;
    this.#nextId = (id + 1) & 0xffff;
    const query = Uint8Array.from(bytes);
    query[0] = id >> 8;
    query[1] = id & 255;
    this.#underWay.set(id, { question, sentMs: performance.now() });
    this.report.sent++;
    this.#socket.send(query, this.#server.dnsPort, this.#server.dnsHost, () => undefined);
  }

  #receive(message: Uint8Array): void {
    if (message.length < 12) return;
    const id = (message[0]! << 8) | message[1]!;
    const entry = this.#underWay.get(id);
    if (entry === undefined) return;
    this.#underWay.delete(id);
    const nowMs = performance.now();
    this.#latenciesMs.push(nowMs - entry.sentMs);
    const rcode = message[3]! & 15;
    this.report.answered++;
    this.report.rcodes[rcode] = (this.report.rcodes[rcode] ?? 0) + 1;
    this.#options.onAnswer?.(message, entry.question, nowMs);
  }

  /** The map keeps the order of sending, so the oldest come first. */
  #dropLost(nowMs: number): void {
    for (const [id, entry] of this.#underWay) {
      if (nowMs - entry.sentMs < this.#lostAfterMs) return;
      this.#underWay.delete(id);
      this.report.lost++;
    }
  }
}

/** Runs a stream beside `work` and gives its report; the stream ends when the work does, also when it throws. */
export async function streamDuring(
  server: DnsServer,
  options: StreamOptions,
  work: (stream: QueryStream) => Promise<void>,
): Promise<StreamReport> {
  const stream = new QueryStream(server, options);
  try {
    await work(stream);
  } catch (error) {
    await stream.stop();
    throw error;
  }
  return stream.stop();
}
