import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { UDP_SLICE_NS } from '../../../src/base/limits.ts';
import { takeShortSlices } from '../../../src/server/short-slices.ts';
import { loadSystemCalls } from '../../../src/server/system-calls.ts';

const calls = loadSystemCalls();

it.skipIf(typeof calls === 'string')('asks for short slices and changes nothing else of the thread', () => {
  if (typeof calls === 'string') return;
  const asked: DataView[] = [];
  const setScheduling = (attributes: Uint8Array) => {
    asked.push(new DataView(attributes.buffer));
    return 0;
  };
  expect(takeShortSlices({ ...calls, setScheduling })).toBe(true);
  const [attributes] = asked;
  expect(attributes?.getUint32(0, true)).toBe(attributes?.byteLength);
  // SCHED_FLAG_KEEP_POLICY.
  expect(attributes?.getBigUint64(8, true)).toBe(8n);
  expect(attributes?.getInt32(16, true)).toBe(getPriority());
  expect(attributes?.getBigUint64(24, true)).toBe(BigInt(UDP_SLICE_NS));
});

it.skipIf(typeof calls === 'string')('says so when the kernel refuses', () => {
  if (typeof calls === 'string') return;
  expect(takeShortSlices({ ...calls, setScheduling: () => -1 })).toBe(false);
});
