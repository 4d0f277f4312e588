import { describe, expect, it } from 'vitest';
import { UDP_BATCH_MESSAGES } from '../../../src/base/limits.ts';
import { MessageBatch } from '../../../src/server/message-batch.ts';
import { Linux, loadSystemCalls } from '../../../src/server/system-calls.ts';

const loaded = loadSystemCalls();

describe.skipIf(typeof loaded === 'string')('MessageBatch', () => {
  if (typeof loaded === 'string') return;

  it('is understood by the kernel: what one socket sends to itself comes back in the right slots', () => {
    const fd = loaded.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
    try {
      const name = new Uint8Array(28);
      name.set([Linux.AF_INET, 0, 0, 0, 127, 0, 0, 1]);
      expect(loaded.bind(fd, name, 16)).toBe(0);
      loaded.getsockname(fd, name, Int32Array.of(28));
      const batch = new MessageBatch(loaded, false);
      // Nothing has come: the peers are set by hand, as if this socket had asked twice.
      for (const [slot, text] of ['first', 'second'].entries()) {
        batch.names.set(name.subarray(0, 16), batch.nameAt(slot));
        batch.messages.set(new TextEncoder().encode(text), batch.messageAt(slot));
      }
      batch.prepare(2);
      batch.stage(1, 6);
      batch.stage(0, 5);
      batch.split(0);
      expect(loaded.sendmmsg(fd, batch.sendHeaders, batch.staged, 0)).toBe(2);
      const received = new MessageBatch(loaded, false);
      expect(loaded.recvmmsg(fd, received.receiveHeaders, UDP_BATCH_MESSAGES, Linux.MSG_DONTWAIT, null)).toBe(2);
      const texts = [0, 1].map((slot) =>
        Buffer.from(
          received.messages.slice(received.messageAt(slot), received.messageAt(slot) + received.receivedIn(slot)),
        ).toString(),
      );
      expect(texts).toEqual(['second', 'first']);
      expect([...received.names.slice(received.nameAt(1), received.nameAt(1) + 8)]).toEqual([...name.subarray(0, 8)]);
    } finally {
      loaded.close(fd);
    }
  });
});
