import { describe, expect, it } from 'vitest';
import { ResumeBook } from '../../../src/health/resume-book.ts';

describe('an endpoint that waits for an operator', () => {
  it('waits from its first down until released by a word spoken after it', () => {
    const book = new ResumeBook();
    expect(book.isWaiting('x')).toBe(false);
    book.noteDown('x', 100);
    book.noteDown('x', 200);
    expect(book.release('x', 99)).toBe(false);
    expect(book.isWaiting('x')).toBe(true);
    expect(book.release('x', 100)).toBe(true);
    expect(book.isWaiting('x')).toBe(false);
    expect(book.release('x', 300)).toBe(false);
  });

  it('waits over a restart, and is forgotten with its zone', () => {
    const book = new ResumeBook();
    book.recall([
      { key: 'x', sinceMs: 5 },
      { key: 'y', sinceMs: 6 },
    ]);
    book.noteDown('x', 9);
    book.keepOnly((key) => key === 'x');
    expect(book.list()).toEqual([{ key: 'x', sinceMs: 5 }]);
  });
});
