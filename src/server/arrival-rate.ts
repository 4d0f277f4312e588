/** Whether messages come so fast that a moment's wait for more of them pays. Owned by `udp-mmsg-listener.ts`, told of each batch. */

import { UDP_GATHER_FROM_PER_SECOND } from '../base/limits.ts';

/** The clock is read once for so many messages. */
const MESSAGES_PER_LOOK = 256;

/** Owner of one worker's count. */
export class ArrivalRate {
  /** At the last look, messages came at UDP_GATHER_FROM_PER_SECOND or faster. */
  isHigh = false;
  readonly #nowMs: () => number;
  #messages = 0;
  #sinceMs: number;

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** Counts what a batch brought. */
  add(messages: number): void {
    this.#messages += messages;
    if (this.#messages < MESSAGES_PER_LOOK) return;
    const nowMs = this.#nowMs();
    this.isHigh = this.#messages * 1_000 >= (nowMs - this.#sinceMs) * UDP_GATHER_FROM_PER_SECOND;
    this.#messages = 0;
    this.#sinceMs = nowMs;
  }
}
