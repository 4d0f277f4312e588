/** What a caught value says, in one line for a log or a status. */

/** The message of an error; of anything else nothing is known. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
