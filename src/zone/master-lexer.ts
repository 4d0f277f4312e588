/**
 * Cuts a master file into entries, and each entry into words (RFC 1035 5.1): comments, parentheses, quotes and escapes are
 * known here and nowhere else. One pass over the text, no allocation per word: the words of the current entry stand in
 * columns that are used again for the next. Read by the master reader only.
 *
 *     starts | ends | lines | columns | quoted      one slot per word; text is sliced by who wants it
 *
 * Escapes stay in the words. A quoted word runs without its quotes and may go over line ends (RFC 1035 lets any character
 * in); a quote after `=` opens a part of its word (`alpn="h2"`, RFC 9460 2.1).
 */

import { RECORD_WORDS_MAX } from '../base/limits.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;

/** 1 for the octets that end a plain word or need a look: blanks, line end, quote, parentheses, semicolon, backslash. */
const STOPS = new Uint8Array(256);
for (const char of ' \t\r\n"();\\') STOPS[char.charCodeAt(0)] = 1;

/**
 * How many times the length of the file may be read again. An entry that makes no sense for want of a parenthesis or a quote is read
 * again from its second line, so that one slip does not hide the rest; in a file made for it, that would be once a line.
 */
const REREADS_MAX = 16;

/** A fault of form: where, and what to do. */
export type LexicalFault = { readonly line: number; readonly column: number; readonly message: string };

/** The words of one entry after the other. */
export class MasterLexer {
  readonly text: string;
  /** Words of the current entry. */
  count = 0;
  starts: Uint32Array = new Uint32Array(64);
  ends: Uint32Array = new Uint32Array(64);
  lines: Uint32Array = new Uint32Array(64);
  columns: Uint32Array = new Uint32Array(64);
  quoted: Uint8Array = new Uint8Array(64);
  /** Whether the entry began with a blank, so that its owner is the last one. */
  hasLeadingBlank = false;
  /** What is wrong with the form of the current entry; its words are not to be used then. */
  fault: LexicalFault | null = null;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #depth = 0;
  /** Offset of the first line end inside a quoted word of this entry, and its line; -1: none. */
  #foldedAt = -1;
  #foldedLine = 0;
  #openAt = -1;
  #openLine = 0;
  #openColumn = 0;
  /** Characters that may still be read again. */
  #rereadsLeft: number;
  /** Where reading went on after the last entry that ran away. */
  #ranAwayAt = -1;

  constructor(text: string) {
    this.text = text;
    this.#rereadsLeft = REREADS_MAX * text.length;
    // A byte order mark is no part of the first word.
    if (text.charCodeAt(0) === 0xfeff) this.#at = this.#lineStart = 1;
  }

  /** Moves to the next entry that has words or a fault; false at the end of the file. */
  next(): boolean {
    const text = this.text;
    this.#beginEntry();
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === NEWLINE) {
        this.#at++;
        this.#newLine();
        if (this.#depth > 0) continue;
        if (this.count > 0 || this.fault !== null) return true;
        this.#beginEntry();
      } else if (code === 0x20 || code === 0x09 || code === 0x0d) {
        this.#at++;
      } else if (code === SEMICOLON) {
        const end = text.indexOf('\n', this.#at);
        this.#at = end < 0 ? text.length : end;
      } else if (code === OPEN) {
        if (this.#depth++ === 0) this.#markOpen();
        this.#at++;
      } else if (code === CLOSE) {
        if (this.#depth > 0) this.#depth--;
        else this.#blame('there is no opening parenthesis to this one: take it out');
        this.#at++;
      } else {
        if (this.count >= RECORD_WORDS_MAX) {
          this.#blame(`one entry has over ${RECORD_WORDS_MAX} words (RECORD_WORDS_MAX): split it`);
          this.count = 0;
        }
        if (!this.#word(code)) return true;
      }
    }
    if (this.#depth > 0) this.#runAway('this parenthesis is never closed: add ) where the record ends');
    return this.count > 0 || this.fault !== null;
  }

  /** The word `index` of the current entry, escapes still in it. */
  word(index: number): string {
    return this.text.slice(this.starts[index]!, this.ends[index]!);
  }

  /**
   * Called when the entry made no sense. If a quoted word of it ran over a line end, its closing quote is probably missing:
   * reading goes on with the line after the opening one. Returns whether it did so.
   */
  unfold(): boolean {
    return this.#foldedAt >= 0 && this.#resumeAt(this.#foldedAt, this.#foldedLine);
  }

  #beginEntry(): void {
    this.count = 0;
    this.fault = null;
    this.#depth = 0;
    this.#foldedAt = -1;
    const code = this.text.charCodeAt(this.#at);
    this.hasLeadingBlank = code === 0x20 || code === 0x09;
  }

  #newLine(): void {
    this.#line++;
    this.#lineStart = this.#at;
  }

  #markOpen(): void {
    this.#openAt = this.#at;
    this.#openLine = this.#line;
    this.#openColumn = this.#at - this.#lineStart + 1;
  }

  /** Keeps the first fault of an entry: the others follow from it. */
  #blame(message: string): void {
    this.fault ??= { line: this.#line, column: this.#at - this.#lineStart + 1, message };
  }

  /** The last opened thing was never closed: blame it, and read on from the line after it. */
  #runAway(message: string): void {
    this.fault = { line: this.#openLine, column: this.#openColumn, message };
    this.count = 0;
    this.#depth = 0;
    const end = this.text.indexOf('\n', this.#openAt);
    if (end < 0 || !this.#resumeAt(end, this.#openLine)) this.#at = this.text.length;
    this.#ranAwayAt = this.#at;
  }

  /** Goes back to the line after the line end at `offset`, which ends line `line`; false when too much was read again already. */
  #resumeAt(offset: number, line: number): boolean {
    const cost = this.#at - offset;
    if (cost > this.#rereadsLeft) return false;
    this.#rereadsLeft -= cost;
    this.#at = offset + 1;
    this.#line = line + 1;
    this.#lineStart = this.#at;
    this.#depth = 0;
    return true;
  }

  /** Reads one word; false if it ran away to the end of the file, which ends the entry. */
  #word(code: number): boolean {
    if (this.count === this.starts.length) this.#grow();
    const line = this.#line;
    const column = this.#at - this.#lineStart + 1;
    const isQuoted = code === QUOTE;
    const start = isQuoted ? this.#at + 1 : this.#at;
    const end = isQuoted ? this.#quotedEnd(true) : this.#plainEnd();
    if (end < 0) return this.#ranAwayAt !== this.#at;
    const index = this.count++;
    this.starts[index] = start;
    this.ends[index] = end;
    this.lines[index] = line;
    this.columns[index] = column;
    this.quoted[index] = isQuoted ? 1 : 0;
    return true;
  }

  #plainEnd(): number {
    const text = this.text;
    let at = this.#at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 255 || STOPS[code] === 0) continue;
      if (code === BACKSLASH) {
        // What follows belongs to the word, except a line end: a broken escape then, found by who reads the word.
        if (text.charCodeAt(at + 1) !== NEWLINE && at + 1 < text.length) at++;
        continue;
      }
      if (code !== QUOTE) break;
      this.#at = at;
      if (text.charCodeAt(at - 1) !== EQUALS) {
        this.#blame('a quote inside a word: put a blank before it, or write it as \\"');
      }
      if (this.#quotedEnd(false) < 0) return -1;
      at = this.#at - 1;
    }
    this.#at = at;
    return at;
  }

  /** From an opening quote to behind the closing one; the offset of the latter, or -1. */
  #quotedEnd(mayFold: boolean): number {
    const text = this.text;
    const depth = this.#depth;
    if (depth === 0) this.#markOpen();
    for (let at = this.#at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH && text.charCodeAt(at + 1) !== NEWLINE) {
        at++;
      } else if (code === NEWLINE) {
        if (!mayFold) {
          this.#blame('a quote is not closed on its line: add the closing quote');
          this.#at = at;
          return -1;
        }
        if (this.#foldedAt < 0) {
          this.#foldedAt = at;
          this.#foldedLine = this.#line;
        }
        this.#line++;
        this.#lineStart = at + 1;
      } else if (code === QUOTE) {
        this.#at = at + 1;
        const next = text.charCodeAt(at + 1);
        if (at + 1 < text.length && (next > 255 || STOPS[next] === 0 || next === BACKSLASH)) {
          this.#blame('a blank is missing after a closing quote: add it, or write an inner quote as \\"');
        }
        return at;
      }
    }
    this.#runAway('this quote is never closed: add the closing quote');
    return -1;
  }

  #grow(): void {
    const size = this.starts.length * 2;
    const grow = (from: Uint32Array): Uint32Array => {
      const to = new Uint32Array(size);
      to.set(from);
      return to;
    };
    this.starts = grow(this.starts);
    this.ends = grow(this.ends);
    this.lines = grow(this.lines);
    this.columns = grow(this.columns);
    const quoted = new Uint8Array(size);
    quoted.set(this.quoted);
    this.quoted = quoted;
  }
}
