import { describe, expect, it } from 'vitest';
import { EventStreamReader } from '../../../src/console/event-stream.ts';

const STREAM =
  ': hello\r\nretry: 10\r\n\r\nid: b-1\nevent: event\ndata: {"a":\ndata: 1}\n\nevent: pulse\ndata:x\n\nevent: empty\n\n';

describe('a stream of events', () => {
  it('is read the same wherever it is cut', () => {
    const whole = new EventStreamReader().take(STREAM);
    expect(whole).toEqual([
      { type: 'event', data: '{"a":\n1}', id: 'b-1' },
      { type: 'pulse', data: 'x', id: 'b-1' },
    ]);
    for (let cut = 0; cut <= STREAM.length; cut++) {
      const reader = new EventStreamReader();
      expect([...reader.take(STREAM.slice(0, cut)), ...reader.take(STREAM.slice(cut))], `cut at ${cut}`).toEqual(whole);
    }
  });

  it('ends when an event has no end', () => {
    const reader = new EventStreamReader();
    const piece = 'x'.repeat(1_000_000);
    expect(() => {
      for (let i = 0; i < 20; i++) reader.take(piece);
    }).toThrow('an event of over');
  });
});
