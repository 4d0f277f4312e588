/**
 * The line below what the benchmark says, on a terminal: which workload of how many runs, for how long, and what it did last. In pipes and files there
 * is none, and what is said comes as before.
 */

import type { WriteStream } from 'node:tty';

const DRAW_MS = 500;

/** Owner of the last line of the terminal, from its making to {@link end}. */
export class BenchLine {
  readonly #terminal: WriteStream;
  readonly #total: number;
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout | null;
  #number = 0;
  #workload = '';
  #last = '';

  constructor(total: number, terminal: WriteStream = process.stderr) {
    this.#total = total;
    this.#terminal = terminal;
    this.#timer = terminal.isTTY ? setInterval(() => this.#draw(), DRAW_MS).unref() : null;
  }

  /** The next workload runs from now on. */
  begin(workload: string): void {
    this.#number++;
    this.#workload = workload;
    this.#last = '';
    this.#draw();
  }

  /** A line that stays, above. */
  say(text: string): void {
    this.#last = text.split('\n', 1)[0]!;
    this.#clear();
    this.#terminal.write(`bench: ${this.#workload}: ${text}\n`);
    this.#draw();
  }

  /** Makes room for what others print. */
  clear(): void {
    this.#clear();
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    if (!this.#terminal.isTTY) return;
    const seconds = Math.round((performance.now() - this.#startMs) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const last = this.#last === '' ? '' : `, ${this.#last}`;
    const line = `${clock}  workload ${this.#number} of ${this.#total}: ${this.#workload}${last}`;
    this.#terminal.write(`\r${line.slice(0, (this.#terminal.columns || 80) - 1)}\x1b[K`);
  }

  #clear(): void {
    if (this.#terminal.isTTY) this.#terminal.write('\r\x1b[K');
  }
}
