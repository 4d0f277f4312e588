import type { WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import { during } from '../../../src/cli/work-line.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { written, terminal: { isTTY, write: (text: string) => written.push(text) } as unknown as WriteStream };
}

it('tells a terminal what is done, and takes the word back also when it fails', () => {
  const { written, terminal } = stream(true);
  expect(during('counting', () => 7, terminal)).toBe(7);
  expect(written).toEqual(['\rcounting …\x1b[K', '\r\x1b[K']);
  expect(() => during('failing', () => JSON.parse('{'), terminal)).toThrow(SyntaxError);
  expect(written.at(-1)).toBe('\r\x1b[K');
});

it('moves with the work, and no more often than an eye follows', () => {
  const { written, terminal } = stream(true);
  let now = 0;
  during(
    'counting',
    (progress) => {
      for (let i = 0; i <= 100; i++) {
        now += 10;
        progress(i / 100);
      }
    },
    terminal,
    () => now,
  );
  const bars = written.slice(1, -1);
  expect(bars).toHaveLength(10);
  expect(bars[0]).toBe('\rcounting [##..................]   9 %\x1b[K');
  expect(bars.at(-1)).toBe('\rcounting [####################]  99 %\x1b[K');
});

it('says nothing into a pipe', () => {
  const { written, terminal } = stream(false);
  expect(during('counting', (progress) => progress(0.5) ?? 7, terminal)).toBe(7);
  expect(written).toEqual([]);
});
