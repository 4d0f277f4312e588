/**
 * How many descriptors this process may still open. A process that has used all of them cannot accept, reload or log; who
 * takes connections keeps some for the rest.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { DESCRIPTORS_RESERVED } from '../base/limits.ts';

/** Told when not even the count can be read: so many connections shall go at once. */
const NONE_LEFT = -16;

/**
 * Descriptors left for connections by the process's present limit, those kept back for files and other sockets not counted; below
 * 0 where so many of these are in use, Infinity where the system does not say (no /proc).
 */
export function descriptorsLeft(): number {
  try {
    const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    if (limit === undefined || limit === 'unlimited') return Number.POSITIVE_INFINITY;
    // With few to divide, a quarter is kept back.
    const reserved = Math.min(DESCRIPTORS_RESERVED, Math.floor(Number(limit) / 4));
    return Number(limit) - readdirSync('/proc/self/fd').length - reserved;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EMFILE' ? NONE_LEFT : Number.POSITIVE_INFINITY;
  }
}
