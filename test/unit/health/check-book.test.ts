import { describe, expect, it } from 'vitest';
import { CheckBook } from '../../../src/health/check-book.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import type { AgentReport } from '../../../src/health/report.ts';
import { Voice } from '../../../src/health/voice.ts';
import { checkSpec } from '../../tools/check-spec.ts';

function report(state: CheckState, failing = 0): AgentReport {
  const times = { connectMs: null, connectDevMs: null, serverMs: null };
  return { id: 'x', state, reason: '', ...times, seq: 1, heldMs: 0, failing };
}

describe('what is known of a check', () => {
  it('holds one octet for what each agent says, beside its report', () => {
    const check = new CheckBook().open('x');
    expect([check.hear(0, report('up')), check.hear(3, report('down', 2))]).toEqual([true, true]);
    expect([...check.voices.slice(0, 4)]).toEqual([Voice.UP, 0, 0, Voice.DOWN]);
    expect(check.reportOf(3)).toMatchObject({ state: 'down', failing: 2 });
    expect([check.reportOf(1), check.reportOf(200)]).toEqual([undefined, undefined]);
  });

  it('is news when the voice is another, and only then', () => {
    const check = new CheckBook().open('x');
    expect(check.hear(0, report('unknown'))).toBe(false);
    expect(check.hear(0, report('up'))).toBe(true);
    expect(check.hear(0, report('up'))).toBe(false);
    expect(check.hear(0, undefined)).toBe(true);
    expect(check.hear(0, undefined)).toBe(false);
  });

  it('has room for agents that come late, and keeps what was said', () => {
    const check = new CheckBook().open('x');
    check.hear(0, report('down', 2));
    check.hear(255, report('up'));
    expect([check.voices[0], check.voices[255]]).toEqual([Voice.DOWN, Voice.UP]);
  });
});

describe('the book', () => {
  it('forgets a check of which nobody says anything, and that no zone has', () => {
    const book = new CheckBook();
    const check = book.open('x');
    check.hear(0, report('up'));
    check.hear(1, report('unknown'));
    check.spec = checkSpec();
    for (const column of [0, 1]) check.hear(column, undefined);
    book.settle(check);
    expect(book.find('x')).toBe(check);
    check.spec = null;
    check.hear(1, report('unknown'));
    book.settle(check);
    expect(book.size).toBe(1);
    check.hear(1, undefined);
    book.settle(check);
    expect([book.size, book.find('x')]).toEqual([0, undefined]);
  });

  it('finds what is named next, in whatever order, and never what it has forgotten', () => {
    const book = new CheckBook();
    const [a, b, c] = ['a', 'b', 'c'].map((id) => book.open(id));
    for (const check of [a!, b!, c!]) check.spec = checkSpec();
    a!.next = b!;
    expect([book.findNext('b', a!), book.findNext('c', a!), book.findNext('d', a!)]).toEqual([b, c, undefined]);
    expect(book.findNext('a', null)).toBe(a);
    b!.spec = null;
    book.settle(b!);
    expect(book.findNext('b', a!)).toBeUndefined();
    const again = book.open('b');
    again.spec = checkSpec();
    expect(book.findNext('b', a!)).toBe(again);
  });
});
