/**
 * SipHash-2-4 (Aumasson, Bernstein 2012) in 32-bit arithmetic: a keyed hash of 64 bits that nobody can forge without the key. No
 * BigInt and nothing allocated, for the query's way. Its 64-bit words are pairs of 32-bit halves here.
 */

/** Octets of a key, and 32-bit words of one as {@link readSipKey} makes them. */
export const SIP_KEY_BYTES = 16;
export const SIP_KEY_WORDS = 4;

/** Puts the key of 16 octets into four words of `key` from `at`. */
export function readSipKey(key: Int32Array, at: number, bytes: Uint8Array): void {
  for (let word = 0; word < SIP_KEY_WORDS; word++) key[at + word] = loadWord(bytes, word * 4, SIP_KEY_BYTES);
}

/**
 * The hash of `length` octets at `bytes[from]` under the key in `key` at `keyAt`; its octets are the low and then the high half in
 * little-endian order, which is how they go into `out` at `outAt`.
 */
export function sipHash(
  key: Int32Array,
  keyAt: number,
  bytes: Uint8Array,
  from: number,
  length: number,
  out: Uint8Array,
  outAt: number,
): void {
  const k0l = key[keyAt]!;
  const k0h = key[keyAt + 1]!;
  const k1l = key[keyAt + 2]!;
  const k1h = key[keyAt + 3]!;
  let v0l = k0l ^ 0x70736575;
  let v0h = k0h ^ 0x736f6d65;
  let v1l = k1l ^ 0x6e646f6d;
  let v1h = k1h ^ 0x646f7261;
  let v2l = k0l ^ 0x6e657261;
  let v2h = k0h ^ 0x6c796765;
  let v3l = k1l ^ 0x79746573;
  let v3h = k1h ^ 0x74656462;
  const end = from + length;
  const last = length >> 3;
  // One step for each word of eight octets, one for the rest with the length in its last octet, one to finish.
  for (let step = 0; step <= last + 1; step++) {
    const at = from + step * 8;
    const isFinal = step > last;
    const ml = isFinal ? 0 : loadWord(bytes, at, end);
    const mh = isFinal ? 0 : loadWord(bytes, at + 4, end) | (step === last ? length << 24 : 0);
    v3l ^= ml;
    v3h ^= mh;
    if (isFinal) v2l ^= 0xff;
    for (let round = isFinal ? 4 : 2; round > 0; round--) {
      v0l = (v0l + v1l) | 0;
      v0h = (v0h + v1h + (v0l >>> 0 < v1l >>> 0 ? 1 : 0)) | 0;
      v2l = (v2l + v3l) | 0;
      v2h = (v2h + v3h + (v2l >>> 0 < v3l >>> 0 ? 1 : 0)) | 0;
      let high = v1h;
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = ((v1l << 13) | (high >>> 19)) ^ v0l;
      high = v3h;
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = ((v3l << 16) | (high >>> 16)) ^ v2l;
      high = v0h;
      v0h = v0l;
      v0l = high;
      v2l = (v2l + v1l) | 0;
      v2h = (v2h + v1h + (v2l >>> 0 < v1l >>> 0 ? 1 : 0)) | 0;
      v0l = (v0l + v3l) | 0;
      v0h = (v0h + v3h + (v0l >>> 0 < v3l >>> 0 ? 1 : 0)) | 0;
      high = v1h;
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = ((v1l << 17) | (high >>> 15)) ^ v2l;
      high = v3h;
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = ((v3l << 21) | (high >>> 11)) ^ v0l;
      high = v2h;
      v2h = v2l;
      v2l = high;
    }
    v0l ^= ml;
    v0h ^= mh;
  }
  storeWord(out, outAt, v0l ^ v1l ^ v2l ^ v3l);
  storeWord(out, outAt + 4, v0h ^ v1h ^ v2h ^ v3h);
}

/** Four octets in little-endian order; those at `end` and behind it count as 0. */
function loadWord(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4 && at + i < end; i++) word |= bytes[at + i]! << (i * 8);
  return word;
}

function storeWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (word >>> (i * 8)) & 255;
}
