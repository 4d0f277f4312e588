/**
 * The order of keys that octoDNS enforces (`enforce_order`): Python's natsort, which takes runs of digits as numbers. `www2` stands
 * before `www10`, digits before letters, capitals before small letters; a number or a truth value is ordered as its number.
 */

import type { ScalarValue } from '../zone/yaml-scalar.ts';

/** Texts at even places, whole numbers at odd ones, as natsort splits a text. */
type NaturalKey = readonly (string | number | bigint)[];

/** Below 0 where `a` stands before `b`; 0 where natsort does not care. */
export function compareNatural(a: NaturalKey, b: NaturalKey): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [left, right] = [a[i]!, b[i]!];
    const order =
      typeof left === 'string' && typeof right === 'string'
        ? compareText(left, right)
        : left < right
          ? -1
          : +(left > right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** What {@link compareNatural} compares of a key. */
export function naturalKey(scalar: ScalarValue): NaturalKey {
  switch (scalar.type) {
    case 'str':
      return splitDigits(scalar.value);
    case 'int':
    case 'float':
      return ['', Number(scalar.value)];
    case 'bool':
      return ['', scalar.value ? 1 : 0];
    case 'null':
      return ['', Number.NEGATIVE_INFINITY];
    case 'date':
    case 'bytes':
      return splitDigits(String(scalar.value));
  }
}

function splitDigits(text: string): NaturalKey {
  const parts = text.split(/(\d+)/);
  // A text that ends in digits ends there; so does an empty one, in nothing but itself.
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts.map((part, i) => (i % 2 === 0 ? part : BigInt(part)));
}

/** By code point, as Python compares; UTF-16 would put what is beyond the basic plane too early. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
