/**
 * Regular expressions whose time is bounded by text times pattern, whatever either holds: a pattern comes from a zone file, the
 * text from an endpoint, and a backtracking engine (V8's) lets the two stop an agent for hours. A pattern is compiled to a list
 * of at most {@link PATTERN_STEPS_MAX} steps, and the text runs through all of them side by side, octet by octet (Thompson 1968).
 *
 * Understood: literals, `.`, `[a-z]`, `[^…]`, `\d \w \s` and their capitals, `\n \r \t \xHH`, `^ $` (ends of the text), groups,
 * `|`, `* + ? {m} {m,} {m,n}`, and `(?i)` at the start. No backreference, no look-around, no lazy repetition: each would need the
 * other engine, or means nothing for a yes or no. Text is octets; what is not ASCII in a pattern stands for its UTF-8 form.
 *
 * Compiled by the zone reader to see that it is one, and by the checks.
 */

import { PATTERN_CHARS_MAX, PATTERN_STEPS_MAX } from './limits.ts';

/** Why a text is no pattern; `at` is the place in it, in characters from 0. */
export type PatternFault = { readonly fault: string; readonly at: number };

/** A set of octets, or one of the marks below. */
type Step =
  | { readonly kind: 'octet'; readonly set: Uint8Array }
  | { readonly kind: 'fork'; first: number; second: number }
  | { readonly kind: 'start' | 'end' | 'found' };

type Node =
  | { readonly kind: 'octet'; readonly set: Uint8Array }
  | { readonly kind: 'start' | 'end' | 'empty' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

const GROUP_DEPTH_MAX = 32;

/** A compiled pattern; immutable and shared by any number of runs. */
export class TextPattern {
  readonly #steps: readonly Step[];

  private constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** The pattern that `text` writes, or why it is none. */
  static compile(text: string): TextPattern | PatternFault {
    if (text.length > PATTERN_CHARS_MAX) {
      return { fault: `is longer than ${PATTERN_CHARS_MAX} characters (PATTERN_CHARS_MAX)`, at: PATTERN_CHARS_MAX };
    }
    try {
      const steps: Step[] = [];
      emit(new PatternParser(text).parse(), steps);
      steps.push({ kind: 'found' });
      return new TextPattern(steps);
    } catch (error) {
      if (error instanceof PatternError) return { fault: error.message, at: error.at };
      throw error;
    }
  }

  /** A run over a text that comes in pieces. */
  open(): PatternRun {
    return new PatternRun(this.#steps);
  }
}

/** Where in a pattern one text stands: the steps that are alive. */
export class PatternRun {
  readonly #steps: readonly Step[];
  #alive: number[] = [];
  #next: number[] = [];
  /** By step: the octet count at which it was last entered. */
  readonly #enteredAt: Float64Array;
  #octets = 0;
  #isFound = false;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#enteredAt = new Float64Array(steps.length).fill(-1);
    this.#enter(0, this.#alive, false);
  }

  /** Takes the next octets of the text; true once the pattern is found. */
  feed(octets: Uint8Array): boolean {
    for (const octet of octets) {
      if (this.#isFound) return true;
      this.#octets += 1;
      this.#next.length = 0;
      for (const at of this.#alive) {
        const step = this.#steps[at]!;
        if (step.kind === 'octet' && step.set[octet] === 1) this.#enter(at + 1, this.#next, false);
      }
      // It may begin anywhere.
      this.#enter(0, this.#next, false);
      [this.#alive, this.#next] = [this.#next, this.#alive];
    }
    return this.#isFound;
  }

  /** The text has ended; true if the pattern was found in it. */
  end(): boolean {
    const waiting = this.#alive.filter((at) => this.#steps[at]!.kind === 'end');
    // Each once more: what lies behind an `$` may lie before another, and in an empty text before a `^`.
    const isStart = this.#octets === 0;
    this.#octets += 1;
    const after: number[] = [];
    for (const at of waiting) this.#enter(at + 1, after, true, isStart);
    return this.#isFound;
  }

  /** Adds step `from`, and what is reached from it without an octet, to `list`. */
  #enter(from: number, list: number[], isEnd: boolean, isStart = this.#octets === 0): void {
    const stack = [from];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#enteredAt[at] === this.#octets) continue;
      this.#enteredAt[at] = this.#octets;
      const step = this.#steps[at]!;
      if (step.kind === 'found') this.#isFound = true;
      else if (step.kind === 'fork') stack.push(step.second, step.first);
      else if (step.kind === 'start') {
        if (isStart) stack.push(at + 1);
      } else if (step.kind === 'end' && isEnd) stack.push(at + 1);
      else list.push(at);
    }
  }
}

class PatternError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Appends the steps of `node`; those behind them follow. */
function emit(node: Node, steps: Step[]): void {
  if (steps.length >= PATTERN_STEPS_MAX) {
    throw new PatternError(`needs more than ${PATTERN_STEPS_MAX} steps (PATTERN_STEPS_MAX): repeat less`, 0);
  }
  switch (node.kind) {
    case 'empty':
      return;
    case 'octet':
    case 'start':
    case 'end':
      steps.push(node.kind === 'octet' ? { kind: 'octet', set: node.set } : { kind: node.kind });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, steps);
      return;
    case 'choice':
      emitChoice(node.parts, steps);
      return;
    case 'repeat':
      emitRepeat(node.part, node.min, node.max, steps);
  }
}

/** A jump is a fork whose ways are one. */
function emitChoice(parts: readonly Node[], steps: Step[]): void {
  const exits: { first: number; second: number }[] = [];
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const fork = { kind: 'fork' as const, first: steps.length + 1, second: 0 };
    if (!isLast) steps.push(fork);
    emit(part, steps);
    if (isLast) break;
    const exit = { kind: 'fork' as const, first: 0, second: 0 };
    steps.push(exit);
    exits.push(exit);
    fork.second = steps.length;
  }
  for (const exit of exits) exit.first = exit.second = steps.length;
}

function emitRepeat(part: Node, min: number, max: number, steps: Step[]): void {
  for (let i = 0; i < min; i++) {
    const from = steps.length;
    emit(part, steps);
    // Nothing, however often.
    if (steps.length === from) return;
  }
  if (max === Number.POSITIVE_INFINITY) {
    const from = steps.length;
    const fork = { kind: 'fork' as const, first: from + 1, second: 0 };
    steps.push(fork);
    emit(part, steps);
    steps.push({ kind: 'fork', first: from, second: from });
    fork.second = steps.length;
    return;
  }
  const forks = [];
  for (let i = min; i < max; i++) {
    const fork = { kind: 'fork' as const, first: steps.length + 1, second: 0 };
    forks.push(fork);
    steps.push(fork);
    emit(part, steps);
  }
  for (const fork of forks) fork.second = steps.length;
}

const UTF8 = new TextEncoder();
const DIGIT = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const CLASSES: Readonly<Record<string, string>> = {
  d: DIGIT,
  w: `${DIGIT}${LETTERS}${LETTERS.toUpperCase()}_`,
  s: ' \t\n\r\f\v',
};
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };

/** Recursive descent: choice, sequence, repetition, atom. */
class PatternParser {
  readonly #chars: readonly string[];
  readonly #ignoresCase: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#ignoresCase = text.startsWith('(?i)');
    this.#chars = [...text];
    if (this.#ignoresCase) this.#at = 4;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#chars.length) this.#fail('has a ")" without "("');
    return node;
  }

  #fail(message: string): never {
    throw new PatternError(message, this.#at);
  }

  #choice(): Node {
    const parts = [this.#sequence()];
    while (this.#chars[this.#at] === '|') {
      this.#at += 1;
      parts.push(this.#sequence());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (let char = this.#chars[this.#at]; char !== undefined && char !== '|' && char !== ')'; ) {
      parts.push(this.#repetition(this.#atom(char)));
      char = this.#chars[this.#at];
    }
    return parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts };
  }

  #repetition(part: Node): Node {
    const bounds = this.#bounds();
    if (bounds === null) return part;
    const next = this.#chars[this.#at];
    if (next !== undefined && '*+?'.includes(next)) {
      this.#fail('repeats a repetition; lazy and possessive ones are not understood');
    }
    if (part.kind === 'start' || part.kind === 'end') this.#fail('repeats "^" or "$"');
    return { kind: 'repeat', part, ...bounds };
  }

  #bounds(): { min: number; max: number } | null {
    const char = this.#chars[this.#at] ?? '';
    if (char === '*' || char === '+' || char === '?') {
      this.#at += 1;
      return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    if (char !== '{') return null;
    const counted = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''));
    if (counted === null) return this.#fail('has a "{" that is no {m}, {m,} or {m,n}: write \\{ for the sign itself');
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : Number(counted[3] ?? Number.POSITIVE_INFINITY);
    if (min > max) this.#fail('repeats from more to less');
    this.#at += counted[0].length;
    return { min, max };
  }

  #atom(char: string): Node {
    if ('*+?{'.includes(char)) this.#fail('repeats nothing');
    this.#at += 1;
    switch (char) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'octet', set: negated(setOf('\n')) };
      case '[':
        return { kind: 'octet', set: this.#class() };
      case '(':
        return this.#group();
      case '\\':
        return { kind: 'octet', set: this.#escape() };
      default: {
        const parts = Array.from(UTF8.encode(char), (octet): Node => ({ kind: 'octet', set: this.#octetSet(octet) }));
        return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
      }
    }
  }

  #group(): Node {
    if (this.#chars[this.#at] === '?') {
      if (this.#chars[this.#at + 1] !== ':') this.#fail('has a "(?" that is not "(?:"; look-around is not understood');
      this.#at += 2;
    }
    this.#depth += 1;
    if (this.#depth > GROUP_DEPTH_MAX) this.#fail(`nests groups more than ${GROUP_DEPTH_MAX} deep`);
    const node = this.#choice();
    this.#depth -= 1;
    if (this.#chars[this.#at] !== ')') this.#fail('has a "(" without ")"');
    this.#at += 1;
    return node;
  }

  /** The octets that the escape behind a backslash stands for. */
  #escape(): Uint8Array {
    const char = this.#chars[this.#at];
    if (char === undefined) return this.#fail('ends in a backslash');
    this.#at += 1;
    const named = CLASSES[char.toLowerCase()];
    if (named !== undefined) return char === char.toLowerCase() ? setOf(named) : negated(setOf(named));
    if (char === 'x') {
      const hex = this.#chars.slice(this.#at, this.#at + 2).join('');
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) this.#fail('has a \\x without two hexadecimal digits');
      this.#at += 2;
      return this.#octetSet(Number.parseInt(hex, 16));
    }
    const control = CONTROLS[char];
    if (control !== undefined) return setOf(control);
    if (/[0-9A-Za-z]/.test(char)) this.#fail(`has the escape \\${char}, which is not understood`);
    if (char > '~') this.#fail('escapes a character that is not ASCII');
    return setOf(char);
  }

  #class(): Uint8Array {
    const isNegated = this.#chars[this.#at] === '^';
    if (isNegated) this.#at += 1;
    const set = new Uint8Array(256);
    for (let isFirst = true; this.#chars[this.#at] !== ']' || isFirst; isFirst = false) {
      const from = this.#classMember();
      if (this.#chars[this.#at] !== '-' || (this.#chars[this.#at + 1] ?? ']') === ']') {
        for (const [octet, isIn] of from.entries()) if (isIn === 1) set[octet] = 1;
        continue;
      }
      this.#at += 1;
      const [low, high] = [soleMember(from), soleMember(this.#classMember())];
      if (low < 0 || high < low) this.#fail('has a range in [] that does not run from low to high');
      for (let octet = low; octet <= high; octet++) for (const one of this.#cases(octet)) set[one] = 1;
    }
    this.#at += 1;
    return isNegated ? negated(set) : set;
  }

  #classMember(): Uint8Array {
    const char = this.#chars[this.#at];
    if (char === undefined) return this.#fail('has a "[" without "]"');
    this.#at += 1;
    if (char === '\\') return this.#escape();
    if (char > '~') this.#fail('has a character in [] that is not ASCII: write it outside, or its octets as \\xHH');
    return this.#octetSet(char.charCodeAt(0));
  }

  #octetSet(octet: number): Uint8Array {
    const set = new Uint8Array(256);
    for (const one of this.#cases(octet)) set[one] = 1;
    return set;
  }

  /** `octet`, and its other case where that does not matter. */
  #cases(octet: number): number[] {
    const isLetter = (octet | 32) >= 97 && (octet | 32) <= 122;
    return this.#ignoresCase && isLetter ? [octet | 32, octet & ~32] : [octet];
  }
}

function setOf(chars: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const char of chars) set[char.charCodeAt(0)] = 1;
  return set;
}

function negated(set: Uint8Array): Uint8Array {
  return set.map((isIn) => 1 - isIn);
}

/** The least member of a set that stands for one character (both its cases, where those do not matter), or -1. */
function soleMember(set: Uint8Array): number {
  const members = [...set.keys()].filter((octet) => set[octet] === 1);
  if (members.length === 1) return members[0]!;
  return members.length === 2 && members[0]! + 32 === members[1] ? members[1] : -1;
}
