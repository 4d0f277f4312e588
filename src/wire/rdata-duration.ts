/** Times in master files: seconds, or numbers with units as BIND writes them (`1h30m`, `2w`). */

const UNIT_SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
]);

const DURATION_MAX = 0xffffffff;

/** The seconds that `text` says, 0 .. 2^32-1, or -1 if it is no time. A unit follows every number or there is none at all. */
export function durationSeconds(text: string): number {
  let total = 0;
  let value = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) {
      value = Math.max(0, value) * 10 + code - 0x30;
      if (value > DURATION_MAX) return -1;
      continue;
    }
    const unit = UNIT_SECONDS.get(text[i]!.toLowerCase());
    if (unit === undefined || value < 0) return -1;
    total += value * unit;
    value = -1;
    if (total > DURATION_MAX) return -1;
  }
  if (value < 0) return text === '' ? -1 : total;
  // `1h30`: a number without a unit after one with is a slip of the pen, not seconds.
  return total > 0 || /[a-z]/i.test(text) ? -1 : value;
}
