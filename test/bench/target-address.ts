/** Addresses of the targets of `target-farm.ts`. */

/** The `index`th: 127.1.0.1 and on, 250 in the last octet. */
export function targetAddress(index: number): string {
  return `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
