/**
 * One running worker thread as the pool sees it: born with what it needs, spoken to by messages that its blocking loop notices, told to
 * listen and awaited until it answers, and stopped. Made by `worker-pool.ts`.
 */

import type { Worker } from 'node:worker_threads';
import { closeRawSockets } from './raw-sockets.ts';
import { startThread } from './thread-start.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/** Time for a worker to bind and answer. */
const READY_MS_MAX = 20_000;
/** Time for a worker to drain, beyond that of its TCP connections. */
const STOP_MS_MAX = 3_000;

/** What of a {@link WorkerSetup} the pool decides. */
export type ThreadSetup = Omit<WorkerSetup, 'news' | 'rawSockets'>;

/** Owner of a thread, and of the sockets that it leaves behind when it dies. */
export class WorkerThread {
  readonly worker: Worker;
  /** Monotonic. */
  readonly bornMs = performance.now();
  /** How many messages it was sent, in memory that it sees. */
  readonly #news = new Int32Array(new SharedArrayBuffer(4));
  readonly #exited: Promise<void>;
  /** Why it is no more; null: it is. */
  #end: Error | null = null;

  /** Starts the program `entry`; it does nothing before its first message. */
  constructor(entry: URL, name: string, setup: ThreadSetup) {
    const rawSockets = new Int32Array(new SharedArrayBuffer(4 * setup.listen.length));
    const workerData: WorkerSetup = { ...setup, news: this.#news.buffer, rawSockets: rawSockets.buffer };
    this.worker = startThread(entry, { workerData, name });
    // An exit follows every error.
    this.worker.on('error', (error) => {
      this.#end ??= error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.#end ??= new Error(`a worker ended with code ${code} before it was ready`);
        closeRawSockets(rawSockets);
        resolve();
      });
    });
  }

  post(message: ToWorker): void {
    this.worker.postMessage(message);
    Atomics.add(this.#news, 0, 1);
  }

  /** Has it bind and answer. Resolves when it does; rejects when it fails, dies, has died or takes longer than {@link READY_MS_MAX}. */
  listen(): Promise<void> {
    this.post({ kind: 'listen' });
    return new Promise((resolve, reject) => {
      const { worker } = this;
      if (this.#end !== null) {
        reject(this.#end);
        return;
      }
      const late = setTimeout(() => {
        void worker.terminate();
        reject(new Error(`a worker was not ready within ${READY_MS_MAX} ms`));
      }, READY_MS_MAX);
      const end = (error: Error | null) => {
        clearTimeout(late);
        worker.off('message', onMessage);
        worker.off('exit', onExit);
        if (error === null) resolve();
        else reject(error);
      };
      const onMessage = (message: FromWorker) => {
        if (message.kind === 'ready') end(null);
        if (message.kind === 'failed') end(errnoError(message.message));
      };
      const onExit = () => end(this.#end);
      worker.on('message', onMessage);
      worker.on('exit', onExit);
    });
  }

  /** Lets it answer what has come in; resolves when it has ended, within {@link STOP_MS_MAX}. */
  async stop(): Promise<void> {
    this.post({ kind: 'stop' });
    const late = setTimeout(() => void this.worker.terminate(), STOP_MS_MAX);
    await this.#exited;
    clearTimeout(late);
  }
}

/** The system's code of `bind EADDRINUSE 127.0.0.1:53`, which a message between threads does not carry by itself. */
function errnoError(message: string): Error {
  const code = /\b(E[A-Z]{3,})\b/.exec(message)?.[1];
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
