/** Changes to text by lines and words, so that what comes out still looks like what went in. */

import type { RandomStream } from '../../src/base/random.ts';
import { chance, mutateOctets, pick } from './mutate-octets.ts';

const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
/** A file of a fuzzer is small; large ones are the business of tests of limits. */
const CHARS_MAX = 64 * 1024;

/** The text of an input: what a file reader that takes UTF-8 makes of these octets. */
export function textOf(input: Uint8Array): string {
  return DECODER.decode(input);
}

/** `text` with up to `editsMax` changes, as octets; `words` are what such texts are made of, `others` give lines. */
export function mutateText(
  random: RandomStream,
  text: string,
  editsMax: number,
  words: readonly string[],
  others: readonly string[] = [text],
): Uint8Array {
  let lines = text.split('\n');
  for (let edits = random.nextBelow(editsMax + 1); edits > 0; edits--)
    lines = mutateLines(random, lines, words, others);
  const octets = new TextEncoder().encode(lines.join('\n').slice(0, CHARS_MAX));
  return chance(random, 6) ? mutateOctets(random, octets, 3) : octets;
}

function mutateLines(
  random: RandomStream,
  lines: readonly string[],
  words: readonly string[],
  others: readonly string[],
): string[] {
  if (lines.length === 0) return [pick(random, words)];
  const at = random.nextBelow(lines.length);
  const line = lines[at]!;
  switch (random.nextBelow(10)) {
    case 0:
      return lines.toSpliced(at, 1 + random.nextBelow(3));
    case 1:
      return lines.toSpliced(at, 0, ...lines.slice(at, at + 1 + random.nextBelow(4)));
    case 2: {
      const other = pick(random, others).split('\n');
      const from = random.nextBelow(other.length);
      return lines.toSpliced(at, random.nextBelow(2), ...other.slice(from, from + 1 + random.nextBelow(6)));
    }
    case 3:
      return lines.with(at, ' '.repeat(random.nextBelow(8)) + line.trimStart());
    case 4:
      return lines.slice(0, at + 1).with(at, line.slice(0, random.nextBelow(line.length + 1)));
    case 5:
      return lines.with(at, line + pick(random, words));
    case 6:
      return lines.with(at, line.repeat(1 + random.nextBelow(chance(random, 8) ? 40 : 3)).slice(0, 4_000));
    default:
      return lines.with(at, mutateWord(random, line, words));
  }
}

/** One word of `line` becomes another, twice itself, or nothing. */
function mutateWord(random: RandomStream, line: string, words: readonly string[]): string {
  const pieces = line.split(/(\s+|[,:{}[\]"'().;]+)/);
  const at = random.nextBelow(pieces.length);
  const word = chance(random, 6) ? '' : chance(random, 5) ? pieces[at]!.repeat(2) : pick(random, words);
  return pieces.with(at, word).join('');
}
