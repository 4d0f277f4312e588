/** Waits for something to come true, and says how long it took. */

/** Milliseconds until `isTrue()`; throws with `what` when it does not within `msMax`. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, msMax = 10_000): Promise<number> {
  const start = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - start > msMax) throw new Error(`not within ${msMax} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}
