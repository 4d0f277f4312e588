/** Blind changes to octets: what a bad cable, a bad program and a bad person do to a message. */

import type { RandomStream } from '../../src/base/random.ts';

const ODD_OCTETS = [0x00, 0x01, 0x0c, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff];
const ODD_WORDS = [0x0000, 0x0001, 0x00ff, 0x0100, 0x7fff, 0x8000, 0xc000, 0xc00c, 0xfffe, 0xffff];

/** One of `list`. */
export function pick<T>(random: RandomStream, list: readonly T[]): T {
  return list[random.nextBelow(list.length)]!;
}

/** True once in `times`. */
export function chance(random: RandomStream, times: number): boolean {
  return random.nextBelow(times) === 0;
}

/** `length` octets of no meaning. */
export function noise(random: RandomStream, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.nextBelow(256));
}

/** A whole number up to 2^16 that somebody did not think of, or a small one. */
export function oddWord(random: RandomStream): number {
  return chance(random, 3) ? pick(random, ODD_WORDS) : random.nextBelow(chance(random, 2) ? 16 : 65_536);
}

/** `bytes` with up to `editsMax` changes; `others` are what pieces are taken from. */
export function mutateOctets(
  random: RandomStream,
  bytes: Uint8Array,
  editsMax: number,
  others: readonly Uint8Array[] = [bytes],
): Uint8Array {
  let result: Uint8Array = Uint8Array.from(bytes);
  for (let edits = random.nextBelow(editsMax + 1); edits > 0; edits--) result = mutateOnce(random, result, others);
  return result;
}

function mutateOnce(random: RandomStream, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = random.nextBelow(bytes.length + 1);
  const span = 1 + random.nextBelow(chance(random, 4) ? 64 : 4);
  switch (random.nextBelow(9)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return splice(bytes, at, span, new Uint8Array());
    case 2:
      return splice(bytes, at, 0, noise(random, span));
    case 3: {
      const other = pick(random, others);
      const from = random.nextBelow(other.length + 1);
      return splice(bytes, at, chance(random, 2) ? span : 0, other.subarray(from, from + span * 4));
    }
    case 4:
      return splice(bytes, at, 0, bytes.subarray(at, at + span));
    case 5: {
      const word = oddWord(random);
      return splice(bytes, at, 2, Uint8Array.of(word >> 8, word & 255));
    }
    case 6:
      return at < bytes.length ? bytes.with(at, bytes[at]! ^ (1 << random.nextBelow(8))) : bytes;
    default:
      if (at >= bytes.length) return bytes;
      return bytes.with(at, chance(random, 2) ? pick(random, ODD_OCTETS) : random.nextBelow(256));
  }
}

function splice(bytes: Uint8Array, at: number, drop: number, insert: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + drop)]);
}
