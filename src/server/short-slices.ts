/**
 * A thread that answers in microseconds and then waits should not queue behind one that computes for milliseconds. From Linux 6.12 on any
 * thread may ask for shorter time slices: it gets no more of the processor than before, and gets it sooner after it wakes.
 */

import { getPriority } from 'node:os';
import { UDP_SLICE_NS } from '../base/limits.ts';
import { Linux, type SystemCalls } from './system-calls.ts';

/** Octets of a struct sched_attr, in its first version. */
const SCHED_ATTR_BYTES = 48;

/**
 * Asks for slices of {@link UDP_SLICE_NS} for the calling thread; its policy and its niceness stay. False: the kernel refused, as for a thread
 * with a real-time policy. Older kernels take the word and do nothing.
 */
export function takeShortSlices(calls: SystemCalls): boolean {
  const attributes = new DataView(new ArrayBuffer(SCHED_ATTR_BYTES));
  attributes.setUint32(0, SCHED_ATTR_BYTES, true);
  attributes.setBigUint64(8, BigInt(Linux.SCHED_FLAG_KEEP_POLICY), true);
  attributes.setInt32(16, getPriority(), true);
  attributes.setBigUint64(24, BigInt(UDP_SLICE_NS), true);
  return calls.setScheduling(new Uint8Array(attributes.buffer)) === 0;
}
