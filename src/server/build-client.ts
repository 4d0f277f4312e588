/**
 * The control thread's side of the builder thread: one question at a time, and a new thread when the old one has died. A
 * new thread remembers nothing; {@link BuildClient.generation} tells whoever relies on its memory.
 */

import type { Worker } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import type { BuilderSetup, FromBuilder, LocationNews, ScanResult, ToBuilder, ZoneNews } from './builder-messages.ts';
import type { LatencyTables } from './group-tables.ts';
import { reasonOf } from './state-dir.ts';
import { startThread, threadProgram } from './thread-start.ts';

/** The thread died, or met a bug of ours, before it had answered. */
class BuilderError extends Error {
  override readonly name = 'BuilderError';
}

type Answer<K extends FromBuilder['kind']> = Extract<FromBuilder, { kind: K }>;
type Question = {
  readonly awaited: FromBuilder['kind'];
  readonly resolve: (message: FromBuilder) => void;
  readonly reject: (error: Error) => void;
  readonly onZones: ((zones: readonly ZoneNews[]) => void) | null;
};

/** Room for new objects in the thread: zones are built of millions that die young or not at all, and moving them twice is what costs. */
const YOUNG_GENERATION_MB = 64;

/** Owner of the thread. */
export class BuildClient {
  /** Rises with every thread; 0 before the first. */
  generation = 0;
  readonly #setup: BuilderSetup;
  readonly #warn: (message: string) => void;
  #worker: Worker | null = null;
  #question: Question | null = null;

  /** `warn` gets the thread's own lines for the log. */
  constructor(setup: BuilderSetup, warn: (message: string) => void) {
    this.#setup = setup;
    this.#warn = warn;
  }

  /** News of the location table, or null; and the directories that it is made from. */
  async locations(explicit: boolean): Promise<{ news: LocationNews | null; directories: readonly string[] }> {
    const { news, directories } = await this.#ask({ kind: 'locations', explicit }, 'locations');
    return { news, directories };
  }

  /** Looks at all zones; `onZones` gets news of those that have changed, in batches, before the promise resolves. */
  async scan(explicit: boolean, onZones: (zones: readonly ZoneNews[]) => void): Promise<ScanResult> {
    return (await this.#ask({ kind: 'scan', explicit }, 'scanned', onZones)).result;
  }

  /** Class tables of the groups `added`; after the first `locations`. */
  async groups(
    added: ReadonlyArray<readonly [number, ClassSpec]>,
    dropped: readonly number[],
    facts: LatencyFacts,
  ): Promise<Answer<'groups'>> {
    return this.#ask({ kind: 'groups', added, dropped, facts }, 'groups');
  }

  /** Class tables that other latencies have changed, as of `nowMs` (monotonic); after the first `groups`. */
  async latencies(facts: LatencyFacts, nowMs: number): Promise<LatencyTables> {
    return (await this.#ask({ kind: 'latencies', facts, nowMs }, 'latencies')).result;
  }

  /** Ends the thread; the next question starts another. */
  async restart(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#fail(new BuilderError('the builder thread was ended'));
    await worker?.terminate();
  }

  #ask<K extends FromBuilder['kind']>(
    message: ToBuilder,
    awaited: K,
    onZones: Question['onZones'] = null,
  ): Promise<Answer<K>> {
    return new Promise((resolve, reject) => {
      if (this.#question !== null) {
        reject(new BuilderError('one question at a time'));
        return;
      }
      this.#question = { awaited, resolve: (answer) => resolve(answer as Answer<K>), reject, onZones };
      this.#worker ??= this.#spawn();
      this.#worker.postMessage(message);
    });
  }

  #spawn(): Worker {
    this.generation++;
    const worker = startThread(threadProgram('builder'), {
      workerData: this.#setup,
      name: 'builder',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    // The server decides how long the process lives; an idle builder does not.
    worker.unref();
    worker.on('message', (message: FromBuilder) => this.#take(message));
    worker.on('error', (error: unknown) => this.#lose(worker, reasonOf(error)));
    worker.on('exit', (code) => this.#lose(worker, `the builder thread ended with code ${code}`));
    return worker;
  }

  #take(message: FromBuilder): void {
    if (message.kind === 'warning') this.#warn(message.message);
    else if (message.kind === 'zones') this.#question?.onZones?.(message.zones);
    else if (message.kind === 'defect') this.#fail(new BuilderError(message.error));
    else if (message.kind === this.#question?.awaited) {
      const question = present(this.#question, 'the question');
      this.#question = null;
      question.resolve(message);
    }
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#fail(new BuilderError(reason));
  }

  #fail(error: Error): void {
    const question = this.#question;
    this.#question = null;
    question?.reject(error);
  }
}
