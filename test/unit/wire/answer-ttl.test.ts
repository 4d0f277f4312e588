import { describe, expect, it } from 'vitest';
import { freshSeconds } from '../../../src/wire/answer-ttl.ts';

/** An answer with the question `a.` and a record for each TTL, its owner a pointer to the question. */
function answer(answers: readonly number[], authorities: readonly number[] = [], rcode = 0): Uint8Array {
  const record = (ttl: number) => [
    0xc0,
    12,
    0,
    1,
    0,
    1,
    ttl >>> 24,
    (ttl >>> 16) & 255,
    (ttl >>> 8) & 255,
    ttl & 255,
    0,
    1,
    9,
  ];
  const counts = [0, 1, 0, answers.length, 0, authorities.length, 0, 0];
  const question = [1, 97, 0, 0, 1, 0, 1];
  return Uint8Array.from([1, 2, 0x80, rcode, ...counts, ...question, ...[...answers, ...authorities].flatMap(record)]);
}
const fresh = (bytes: Uint8Array) => freshSeconds(bytes, 0, bytes.length);

describe('freshSeconds (RFC 8484 5.1)', () => {
  it('is the least TTL of the answer section', () => {
    expect(fresh(answer([300, 30, 3600], [5]))).toBe(30);
    expect(fresh(answer([0x7fffffff]))).toBe(0x7fffffff);
    expect(fresh(answer([0, 1]))).toBe(0);
  });

  it('is that of the authority section where there is no answer: NODATA, NXDOMAIN (RFC 2308 5)', () => {
    expect(fresh(answer([], [60]))).toBe(60);
    expect(fresh(answer([], [60], 3))).toBe(60);
  });

  it('is nothing for errors and for answers without records', () => {
    expect(fresh(answer([300], [], 2))).toBe(0);
    expect(fresh(answer([], [60], 5))).toBe(0);
    expect(fresh(answer([]))).toBe(0);
  });

  it('counts from where the answer begins', () => {
    const bytes = Uint8Array.from([7, 7, ...answer([42])]);
    expect(freshSeconds(bytes, 2, bytes.length - 2)).toBe(42);
  });

  it('reads nothing behind the end', () => {
    const whole = answer([42]);
    for (let length = 12; length < whole.length - 3; length++)
      expect(freshSeconds(whole.subarray(0, length), 0, length)).toBe(0);
  });
});
