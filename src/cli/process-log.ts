/**
 * The log of a process: pino, on stderr, JSON lines for machines and a readable form when stderr is a terminal. Writing never
 * waits for the reader: a log pipe that is full loses lines after {@link LOG_BUFFER_BYTES_MAX}, one that is closed loses all,
 * and serving goes on; so does the end of the process.
 *
 * Built by `serve` and `probe`; handed down to every floor below.
 */

import { constants, fstatSync, openSync } from 'node:fs';
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { LOG_BUFFER_BYTES_MAX } from '../base/limits.ts';

export type ProcessLog = {
  readonly log: Logger;
  /** Resolves once everything is written, or when the reader has not taken it within {@link FLUSH_MS_MAX}. Never rejects. */
  readonly flush: () => Promise<void>;
};

const STDERR = 2;
/** For the last lines of a process whose log is read slowly. */
const FLUSH_MS_MAX = 500;

/** A log on stderr at `level`; secrets in known places are blotted out whatever is logged. */
export async function openProcessLog(level: string): Promise<ProcessLog> {
  const options = { level, redact: { paths: ['password', '*.password', 'token', '*.token'], censor: '***' } };
  if (process.stderr.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    const stream = pretty({
      colorize: true,
      destination: STDERR,
      sync: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
    });
    return { log: pino(options, stream as DestinationStream), flush: async () => {} };
  }
  const stream = destination({ fd: openStderr(), sync: false, minLength: 0, maxLength: LOG_BUFFER_BYTES_MAX });
  // EPIPE and the like: nobody listens any more, and there is nobody left to tell.
  stream.on('error', () => {});
  // pino calls it when the process exits, and it tries for ever while the reader is slow or after a reset connection.
  stream.flushSync = () => {};
  const log = pino({ ...options, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
  const flush = () =>
    new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, FLUSH_MS_MAX);
      stream.flush(() => {
        clearTimeout(limit);
        resolve();
      });
    });
  return { log, flush };
}

/**
 * A descriptor for stderr whose writes return at once. A write that waits for the reader of a pipe would hold a thread of the
 * pool, and with it the end of the process. Opened anew, so that others who share the pipe keep their blocking one.
 */
function openStderr(): number {
  try {
    if (!fstatSync(STDERR).isFIFO()) return STDERR;
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return STDERR;
  }
}
