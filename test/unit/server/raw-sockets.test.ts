import { closeSync, fstatSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { closeRawSockets } from '../../../src/server/raw-sockets.ts';
import { loadSystemCalls } from '../../../src/server/system-calls.ts';

it.skipIf(typeof loadSystemCalls() === 'string')(
  'closes what a thread left open, and nothing else (skipped off Linux)',
  () => {
    const [left, other] = [openSync('/dev/null', 'r'), openSync('/dev/null', 'r')];
    const words = Int32Array.of(0, left + 1, 0);
    closeRawSockets(words);
    expect([...words]).toEqual([0, 0, 0]);
    expect(() => fstatSync(left)).toThrow('EBADF');
    expect(fstatSync(other).isCharacterDevice()).toBe(true);
    closeRawSockets(new Int32Array(3));
    expect(fstatSync(other).isCharacterDevice()).toBe(true);
    closeSync(other);
  },
);
