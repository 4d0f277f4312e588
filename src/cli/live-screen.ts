/**
 * A text that is looked at again and again, on a terminal: on its alternate screen, painted over in place, cut to the window and painted
 * anew when that changes. `q`, Ctrl-C and Ctrl-D end it, arrows, `j`, `k`, page keys and `g` scroll. However it ends, the terminal is as
 * it was.
 */

import type { ReadStream, WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';

/** Escape sequences of xterm (ECMA-48), which every terminal of today knows. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const PLAIN = '\x1b[0m';
const ENDING_KEYS = new Set(['q', 'Q', '\x03', '\x04']);
/** Where the kernel does not say. */
const DEFAULT_SIZE = { columns: 80, rows: 24 };

/** Owner of the terminal while something is shown. */
export class LiveScreen {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  #text = '';
  #top = 0;

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
  }

  /** Shows what `look` says, and asks it again `periodMs` after its last word. Resolves when the operator has seen enough; rejects as `look`. */
  async show(look: () => Promise<string>, periodMs: number): Promise<void> {
    const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const again = () =>
      look().then((text) => {
        if (isOver) return;
        this.#text = text;
        this.#paint();
        timer = setTimeout(again, periodMs);
      }, fail);
    const onKey = (data: Buffer) =>
      ENDING_KEYS.has(data.toString('latin1')) ? end() : this.#scroll(data.toString('latin1'));
    const onResize = () => this.#paint();
    const restore = () => this.#leave();
    this.#input.setRawMode(true);
    this.#input.resume();
    this.#input.on('data', onKey).once('end', end);
    this.#output.on('resize', onResize);
    process.once('exit', restore).once('SIGTERM', end).once('SIGHUP', end);
    this.#output.write(ENTER);
    try {
      void again();
      await ended;
    } finally {
      isOver = true;
      clearTimeout(timer);
      this.#input.off('data', onKey).off('end', end);
      this.#output.off('resize', onResize);
      process.off('exit', restore).off('SIGTERM', end).off('SIGHUP', end);
      this.#leave();
    }
  }

  #paint(): void {
    const { columns, rows } = this.#size();
    const lines = this.#text.replace(/\n$/, '').split('\n');
    const room = Math.max(1, rows - 1);
    this.#top = Math.max(0, Math.min(this.#top, lines.length - room));
    const shown = lines.slice(this.#top, this.#top + room);
    const below = lines.length - this.#top - shown.length;
    const where =
      this.#top === 0 && below === 0
        ? ''
        : `  lines ${this.#top + 1} to ${this.#top + shown.length} of ${lines.length}, arrows scroll`;
    const painted = shown.map((line) => `${cutLine(line, columns)}${CLEAR_LINE}\r\n`).join('');
    this.#output.write(`${HOME}${painted}${cutLine(`q ends${where}`, columns)}${CLEAR_LINE}${CLEAR_BELOW}`);
  }

  #scroll(key: string): void {
    const page = Math.max(1, this.#size().rows - 2);
    const steps: Readonly<Record<string, number>> = {
      '\x1b[A': -1,
      k: -1,
      '\x1b[B': 1,
      j: 1,
      '\x1b[5~': -page,
      '\x1b[6~': page,
      ' ': page,
      g: Number.NEGATIVE_INFINITY,
    };
    this.#top += steps[key] ?? 0;
    this.#paint();
  }

  #size(): { columns: number; rows: number } {
    const { columns, rows } = this.#output;
    return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
  }

  #leave(): void {
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#output.write(LEAVE);
  }
}

/** At most `columns` characters of `line`, its colours not counted and ended. */
function cutLine(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let left = columns - 1;
  let out = '';
  for (const [part, color] of line.matchAll(/(\p{Cc}\[[\d;]*m)|./gu)) {
    if (color === undefined && left-- <= 0) break;
    out += part;
  }
  return `${out}${PLAIN}…`;
}
