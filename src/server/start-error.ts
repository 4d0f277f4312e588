/** A node could not start; the message is one line that says what to do. Exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
