/**
 * The control thread's side of the planner thread: one question at a time, few that wait, none for longer than PLAN_MS_MAX; the thread
 * is there while somebody asks, and for some minutes after. Owned by the server.
 */

import type { Worker } from 'node:worker_threads';
import { PLAN_MS_MAX, PLANS_WAITING_MAX } from '../base/limits.ts';
import { PlanError } from '../decision/planned-change.ts';
import type { PlanAnswer, PlannerSetup, PlanQuestion, PlanState } from './plan-messages.ts';
import { reasonOf } from './state-dir.ts';
import { startThread, threadProgram } from './thread-start.ts';

/** As many wait already as may, or it took too long: ask again later. */
export class PlannerBusyError extends Error {
  override readonly name = 'PlannerBusyError';
}

/** The thread keeps tables of some 50 MB. */
const IDLE_MS = 300_000;

type Job = {
  readonly question: PlanQuestion;
  readonly resolve: (answer: PlanAnswer) => void;
  readonly reject: (error: Error) => void;
};

type ResultOf<K extends PlanQuestion['kind']> = Extract<PlanAnswer, { kind: K }>['result'];

/** Owner of the thread. */
export class Planner {
  readonly #setup: PlannerSetup;
  readonly #state: () => PlanState;
  readonly #waiting: Job[] = [];
  #worker: Worker | null = null;
  #current: Job | null = null;
  #late: NodeJS.Timeout | null = null;
  #idle: NodeJS.Timeout | null = null;

  /** `state` is asked when a question's turn comes. */
  constructor(setup: PlannerSetup, state: () => PlanState) {
    this.#setup = setup;
    this.#state = state;
  }

  /** Rejects with {@link PlannerBusyError}, with PlanError for what cannot be asked, or with an Error that is a bug of ours. */
  async ask<K extends PlanQuestion['kind']>(question: PlanQuestion & { readonly kind: K }): Promise<ResultOf<K>> {
    if (this.#waiting.length >= PLANS_WAITING_MAX)
      throw new PlannerBusyError('this node is planning for others already (PLANS_WAITING_MAX): ask again in a moment');
    const answer = await new Promise<PlanAnswer>((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      this.#next();
    });
    if (answer.kind === 'refused') throw new PlanError(answer.message);
    if (answer.kind === 'defect') throw new Error(answer.error);
    return answer.result as ResultOf<K>;
  }

  /** Ends the thread; what waits is rejected. */
  async stop(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(new PlannerBusyError('the node is stopping'));
    await this.#end(new PlannerBusyError('the node is stopping'));
  }

  #next(): void {
    if (this.#current !== null) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#current = job;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#worker ??= this.#spawn();
    this.#late = setTimeout(() => {
      void this.#end(new PlannerBusyError(`planning took longer than ${PLAN_MS_MAX} ms (PLAN_MS_MAX)`));
    }, PLAN_MS_MAX);
    this.#worker.postMessage({ question: job.question, state: this.#state() });
  }

  #take(answer: PlanAnswer): void {
    const job = this.#current;
    this.#rest();
    job?.resolve(answer);
    this.#idle = setTimeout(() => void this.#end(null), IDLE_MS).unref();
    this.#next();
  }

  #rest(): void {
    this.#current = null;
    if (this.#late !== null) clearTimeout(this.#late);
    this.#late = null;
  }

  /** Ends the thread and the question at hand; the next question starts another. */
  async #end(error: Error | null): Promise<void> {
    const worker = this.#worker;
    const job = this.#current;
    this.#worker = null;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#rest();
    if (error !== null) job?.reject(error);
    this.#next();
    await worker?.terminate();
  }

  #spawn(): Worker {
    const worker = startThread(threadProgram('planner-thread'), { workerData: this.#setup, name: 'planner' });
    worker.unref();
    worker.on('message', (answer: PlanAnswer) => {
      if (this.#worker === worker) this.#take(answer);
    });
    const lose = (reason: string) => {
      if (this.#worker === worker) void this.#end(new Error(`the planner thread ended: ${reason}`));
    };
    worker.on('error', (error: unknown) => lose(reasonOf(error)));
    worker.on('exit', (code) => lose(`code ${code}`));
    return worker;
  }
}
