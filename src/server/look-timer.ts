/** A look at something every so often, as long as its owner runs: it never keeps the process alive. */

/** Owner of one interval timer. */
export class LookTimer {
  readonly #ms: number;
  readonly #look: () => unknown;
  #timer: NodeJS.Timeout | null = null;

  /** `look` is called every `ms` milliseconds while started; a promise that it returns must never reject. */
  constructor(ms: number, look: () => unknown) {
    this.#ms = ms;
    this.#look = look;
  }

  /** Begins to look, the first time after one interval. Does nothing when it has begun. */
  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), this.#ms).unref();
  }

  /** Ends it; it may be started again. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
