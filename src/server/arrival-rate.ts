/** Whether messages come so fast that a moment's wait for more of them pays. Owned by `udp-mmsg-listener.ts`, told of each batch. */

import { UDP_GATHER_FROM_PER_SECOND, UDP_GATHER_LOOK_MS } from '../base/limits.ts';

/** The clock is read once for so many messages. */
const MESSAGES_PER_READING = 256;

/** Owner of one worker's count. */
export class ArrivalRate {
  /** Up to the last look, messages came at UDP_GATHER_FROM_PER_SECOND or faster. */
  isHigh = false;
  readonly #nowMs: () => number;
  /** Since the last look, and of them since the clock was read. */
  #messages = 0;
  #unread = 0;
  #sinceMs: number;

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** Counts what a batch brought. */
  add(messages: number): void {
    this.#messages += messages;
    this.#unread += messages;
    if (this.#unread < MESSAGES_PER_READING) return;
    this.#unread = 0;
    const nowMs = this.#nowMs();
    const tookMs = nowMs - this.#sinceMs;
    if (tookMs < UDP_GATHER_LOOK_MS) return;
    this.isHigh = this.#messages * 1_000 >= tookMs * UDP_GATHER_FROM_PER_SECOND;
    this.#messages = 0;
    this.#sinceMs = nowMs;
  }
}
