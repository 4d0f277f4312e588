/**
 * What a check expects an endpoint to say: a text or a pattern within the first {@link PROBE_BODY_BYTES_MAX} octets, which come in
 * pieces. Held against each piece as it comes, so that a check ends as soon as it can and reads no more than that.
 *
 * Opened by the checks that read (HTTP, TCP, TLS, UDP).
 */

import { assert } from '../base/assert.ts';
import { PROBE_BODY_BYTES_MAX } from '../base/limits.ts';
import { type PatternRun, TextPattern } from '../base/text-pattern.ts';
import type { CheckSpec } from '../zone/zone-model.ts';

/** One reading of what one endpoint says. */
export type ExpectedText = {
  /** Takes the next piece: it is found, it is missing for good, or it may still come. */
  readonly take: (piece: Uint8Array) => 'found' | 'missing' | 'open';
  /** Nothing more comes: found or missing. */
  readonly end: () => 'found' | 'missing';
};

/** A reading for `spec`, or null when it expects nothing. */
export function expectText(spec: CheckSpec): ExpectedText | null {
  if (spec.expectText !== null) return seekText(Buffer.from(spec.expectText));
  return spec.expectPattern === null ? null : seekPattern(compiled(spec.expectPattern).open());
}

function seekText(text: Buffer): ExpectedText {
  const seen = Buffer.alloc(PROBE_BODY_BYTES_MAX);
  let length = 0;
  return {
    take: (piece) => {
      const from = Math.max(0, length - text.length + 1);
      const taken = Math.min(piece.length, seen.length - length);
      seen.set(piece.subarray(0, taken), length);
      length += taken;
      if (seen.subarray(from, length).includes(text)) return 'found';
      return length === seen.length ? 'missing' : 'open';
    },
    end: () => 'missing',
  };
}

function seekPattern(run: PatternRun): ExpectedText {
  let length = 0;
  const end = () => (run.end() ? 'found' : 'missing');
  return {
    take: (piece) => {
      const taken = Math.min(piece.length, PROBE_BODY_BYTES_MAX - length);
      length += taken;
      if (run.feed(piece.subarray(0, taken))) return 'found';
      return length === PROBE_BODY_BYTES_MAX ? end() : 'open';
    },
    end,
  };
}

/** The last patterns compiled: the checks of one record share theirs. */
const patterns = new Map<string, TextPattern>();
const PATTERNS_KEPT = 1_000;

function compiled(text: string): TextPattern {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  const pattern = TextPattern.compile(text);
  assert(pattern instanceof TextPattern, 'the zone reader lets only patterns through');
  if (patterns.size >= PATTERNS_KEPT) patterns.clear();
  patterns.set(text, pattern);
  return pattern;
}
