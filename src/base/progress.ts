/**
 * How far a long piece of work is, told to whoever watches. The work holds its thread, so it tells now and then from within its loops; what to do with
 * it, and how often, is the watcher's affair.
 */

/** Told what part of the work is done, 0..1, rising. Must be quick and must not throw. */
export type Progress = (done: number) => void;

/** For work that nobody watches. */
export const unwatched: Progress = () => {};

/** For a part of some work: its 0..1 is `from`..`to` of the whole. */
export function partOf(whole: Progress, from: number, to: number): Progress {
  return (done) => whole(from + (to - from) * done);
}
