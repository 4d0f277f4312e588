/**
 * Assertions: our own bugs stop the thread that has them, never a packet's or a file's doing.
 * A worker that throws one is restarted by the server and counted.
 */

/** An invariant of ours that did not hold. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws an {@link AssertionError} with `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Returns `value`, which must be neither null nor undefined. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionError(`${what} is missing`);
  return value;
}
