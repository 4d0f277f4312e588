/**
 * The log of a process: pino, on stderr, JSON lines for machines and a readable form when stderr is a terminal. Writing never
 * waits for the reader: a log pipe that is full loses lines after {@link LOG_BUFFER_BYTES_MAX}, one that is closed loses all,
 * and serving goes on.
 *
 * Built by `serve` and `probe`; handed down to every floor below.
 */

import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { LOG_BUFFER_BYTES_MAX } from '../base/limits.ts';

export type ProcessLog = {
  readonly log: Logger;
  /** Writes out what is buffered, as far as the reader takes it; for the last moment before exit. */
  readonly flush: () => void;
};

/** A log on stderr at `level`; secrets in known places are blotted out whatever is logged. */
export async function openProcessLog(level: string): Promise<ProcessLog> {
  const options = { level, redact: { paths: ['password', '*.password', 'token', '*.token'], censor: '***' } };
  if (process.stderr.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    const stream = pretty({
      colorize: true,
      destination: 2,
      sync: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
    });
    return { log: pino(options, stream as DestinationStream), flush: () => {} };
  }
  const stream = destination({ dest: 2, sync: false, minLength: 0, maxLength: LOG_BUFFER_BYTES_MAX });
  // EPIPE and the like: nobody listens any more, and there is nobody left to tell.
  stream.on('error', () => {});
  const log = pino({ ...options, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
  const flush = () => {
    try {
      stream.flushSync();
    } catch {
      // The pipe is full or closed; the process ends all the same.
    }
  };
  return { log, flush };
}
