/**
 * What can be fuzzed: an input is octets, whatever they stand for, so that every finding can be cut down, kept as a file and played
 * again; a target makes inputs from a seed and says what is wrong with what became of one.
 */

import type { RandomStream } from '../../src/base/random.ts';

/** One thing that takes hostile octets. */
export type FuzzTarget = {
  /** Kebab-case, as `npm run fuzz NAME` takes it. */
  readonly name: string;
  /** Makes ready; called once, before anything else of it. */
  readonly open: () => FuzzSession | Promise<FuzzSession>;
};

export type FuzzSession = {
  /** An input; the same for the same state of `random`. */
  readonly generate: (random: RandomStream) => Uint8Array;
  /** Hands the input over: null, or the promise that was broken. What it throws is a finding too. Same input, same word. */
  readonly check: (input: Uint8Array) => string | null | Promise<string | null>;
  readonly close?: () => Promise<void>;
};

/** A promise that was broken, and by what. */
export type Finding = {
  readonly target: string;
  readonly fault: string;
  readonly input: Uint8Array;
};

/** Octets that a case of generation `caseNumber` under `seed` starts from: any case can be made again without those before it. */
export function seedOfCase(seed: number, target: string, caseNumber: number): number {
  let hash = seed | 0;
  for (const letter of target) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return Math.imul(hash ^ Math.imul(caseNumber, 0x9e3779b1), 0x85ebca6b) | 0;
}

/** The word of `session` on `input`, thrown or returned. */
export async function judge(session: FuzzSession, input: Uint8Array): Promise<string | null> {
  try {
    return await session.check(Uint8Array.from(input));
  } catch (error) {
    const { stack = String(error) } = error as Error;
    return `threw ${stack.split('\n').slice(0, 4).join(' | ')}`;
  }
}
