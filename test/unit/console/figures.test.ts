import { describe, expect, it } from 'vitest';
import {
  amountText,
  clockText,
  countText,
  durationText,
  millisecondsText,
  percentText,
} from '../../../src/console/figures.ts';

describe('figures', () => {
  it('never make a zero of what is not known, nor of what is small', () => {
    for (const text of [percentText, amountText, millisecondsText, durationText])
      for (const nothing of [null, undefined, Number.NaN]) expect(text(nothing)).toBe('–');
    expect([percentText(0), percentText(0.0004), percentText(0.004), percentText(0.376), percentText(1)]).toEqual([
      '0 %',
      '< 0.1 %',
      '0.4 %',
      '38 %',
      '100 %',
    ]);
  });

  it('are short at every size', () => {
    expect([0, 3, 0.123456, 42.5, 4210, 1_234_567].map(amountText)).toEqual([
      '0',
      '3',
      '0.123',
      '42.5',
      '4,210',
      '1.23 M',
    ]);
    expect([0.44, 83.2].map(millisecondsText)).toEqual(['0.4 ms', '83 ms']);
    expect([-3, 8, 245, 7800, 273_600].map(durationText)).toEqual([
      '0 s',
      '8 s',
      '4 min 05 s',
      '2 h 10 min',
      '3 d 4 h',
    ]);
  });

  it('speak of one and of many', () => {
    expect([countText(1, 'endpoint'), countText(0, 'endpoint'), countText(2, 'served', 'served')]).toEqual([
      '1 endpoint',
      '0 endpoints',
      '2 served',
    ]);
  });

  it("tell the time of the reader's own day", () => {
    expect(clockText(new Date(2026, 1, 3, 4, 5, 6).getTime())).toBe('04:05:06');
  });
});
