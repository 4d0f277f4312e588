import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { readSipKey, SIP_KEY_WORDS, sipHash } from '../../../src/base/sip-hash.ts';

/** Key 00 01 .. 0f, messages 00 01 .. of this length; from the authors' reference implementation. */
const REFERENCE: ReadonlyArray<readonly [length: number, hash: string]> = [
  [0, '310e0edd47db6f72'],
  [1, 'fd67dc93c539f874'],
  [2, '5a4fa9d909806c0d'],
  [7, '37d1018bf50002ab'],
  [8, '6224939a79f5f593'],
  [15, 'e545be4961ca29a1'],
  [63, '724506eb4c328a95'],
];

const MASK = (1n << 64n) - 1n;

/** The definition in 64-bit words, slow and plain. */
function plainSipHash(key: Uint8Array, message: Uint8Array): string {
  const view = new DataView(key.buffer);
  const [k0, k1] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  const v = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn, k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n];
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & MASK;
  const half = (a: number, b: number, by: bigint) => {
    v[a] = (v[a]! + v[b]!) & MASK;
    v[b] = rotate(v[b]!, by) ^ v[a]!;
  };
  const round = () => {
    half(0, 1, 13n);
    half(2, 3, 16n);
    v[0] = rotate(v[0]!, 32n);
    half(2, 1, 17n);
    half(0, 3, 21n);
    v[2] = rotate(v[2]!, 32n);
  };
  const padded = new Uint8Array((message.length & ~7) + 8);
  padded.set(message);
  padded[padded.length - 1] = message.length;
  for (let at = 0; at < padded.length; at += 8) {
    const word = new DataView(padded.buffer).getBigUint64(at, true);
    v[3]! ^= word;
    round();
    round();
    v[0]! ^= word;
  }
  v[2]! ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(v[0]! ^ v[1]! ^ v[2]! ^ v[3]!);
  return out.toString('hex');
}

function hash(keyBytes: Uint8Array, message: Uint8Array): string {
  const key = new Int32Array(1 + SIP_KEY_WORDS);
  readSipKey(key, 1, keyBytes);
  // Surrounded by other octets, which must not count.
  const bytes = Uint8Array.from([99, 98, ...message, 97, 96, 95, 94, 93, 92, 91, 90]);
  const out = new Uint8Array(11).fill(7);
  sipHash(key, 1, bytes, 2, message.length, out, 2);
  expect([out[1], out[10]]).toEqual([7, 7]);
  return Buffer.from(out.subarray(2, 10)).toString('hex');
}

describe('sipHash', () => {
  it('gives what the reference implementation gives', () => {
    const key = Uint8Array.from({ length: 16 }, (_, i) => i);
    for (const [length, expected] of REFERENCE) {
      expect(
        hash(
          key,
          Uint8Array.from({ length }, (_, i) => i),
        ),
        `${length} octets`,
      ).toBe(expected);
    }
  });

  it('is the definition in 64-bit words, carries and all', () => {
    const random = new RandomStream(24);
    const octets = (length: number) => Uint8Array.from({ length }, () => random.nextBelow(256));
    for (let i = 0; i < 300; i++) {
      const [key, message] = [octets(16), octets(i % 70)];
      expect(hash(key, message)).toBe(plainSipHash(key, message));
    }
  });
});
