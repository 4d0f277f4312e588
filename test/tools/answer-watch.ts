/**
 * What the clients of every region are answered while something happens to the world: a steady stream of queries at one DNS
 * node, and for each region the answers in the order in which they came, equal ones in a row counted once.
 */

import { decode } from 'dns-packet';
import { CLIENTS_OF, REGIONS, type Region } from './cluster.ts';
import type { DnsServer } from './dns-client.ts';
import { QueryStream, type StreamReport } from './query-stream.ts';
import { until } from './until.ts';

const ANSWER_WITHIN_MS = 2_000;

/** From `atMs` (performance.now) the addresses were these, sorted, with a space between. */
export type SeenAnswer = { readonly atMs: number; readonly addresses: string };

/** Owner of one stream. */
export class AnswerWatch {
  readonly #seen = new Map<Region, SeenAnswer[]>(REGIONS.map((region) => [region, []]));
  readonly #stream: QueryStream;

  /** Asks `server` for the address of `name` as clients of all regions in turn. */
  constructor(server: DnsServer, name: string, perSecond: number) {
    const questions = REGIONS.map((region) => ({ name, type: 'A', ecs: CLIENTS_OF[region].v4 }));
    const regionOf = new Map(REGIONS.map((region) => [CLIENTS_OF[region].v4, region]));
    this.#stream = new QueryStream(server, {
      questions,
      perSecond,
      onAnswer: (bytes, question, atMs) => this.#note(regionOf.get(question.ecs!)!, bytes, atMs),
    });
  }

  /** Every answer to clients of `region` that differed from the one before; since `sinceMs` and the one in force then. */
  answersTo(region: Region, sinceMs = 0): string[] {
    const seen = this.#seen.get(region)!;
    const first = seen.findLastIndex(({ atMs }) => atMs <= sinceMs);
    return seen.slice(Math.max(0, first)).map(({ addresses }) => addresses);
  }

  /**
   * Milliseconds after `sinceMs` at which clients of `region` were first answered `addresses`; waits a moment for it, since
   * the next query of the stream may be on its way.
   */
  async untilAnswered(region: Region, sinceMs: number, addresses: string): Promise<number> {
    const find = () => this.#seen.get(region)!.find((seen) => seen.atMs > sinceMs && seen.addresses === addresses);
    await until(`${region} is answered ${addresses}`, () => find() !== undefined, ANSWER_WITHIN_MS);
    return find()!.atMs - sinceMs;
  }

  stop(): Promise<StreamReport> {
    return this.#stream.stop();
  }

  #note(region: Region, bytes: Uint8Array, atMs: number): void {
    const { answers = [] } = decode(bytes);
    const addresses = answers
      .map((answer) => String(answer.data))
      .sort()
      .join(' ');
    const seen = this.#seen.get(region)!;
    if (seen.at(-1)?.addresses !== addresses) seen.push({ atMs, addresses });
  }
}
