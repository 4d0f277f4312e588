/** Where the program of a thread is: beside this file, in the form (source or build) that runs now. */

/** The program of the thread `name`. */
export function threadEntry(name: 'worker' | 'builder' | 'planner-thread'): URL {
  return new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}
