import { describe, expect, it } from 'vitest';
import { PublicationPace } from '../../../src/probe/publication-pace.ts';

/** Delays of publications that follow each other at once, from `fromMs` until `toMs`. */
function delaysOf(pace: PublicationPace, fromMs: number, toMs: number): number[] {
  const delays: number[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += delays.at(-1)!) delays.push(pace.nextDelayMs(atMs));
  return delays;
}

describe('the pace of publication', () => {
  it('is quick for changes that come one at a time', () => {
    const pace = new PublicationPace();
    for (let atMs = 5_000; atMs < 60_000; atMs += 500) expect(pace.nextDelayMs(atMs)).toBe(20);
  });

  it('is quick for the first of many, and then gathers them', () => {
    const delays = delaysOf(new PublicationPace(), 5_000, 15_000);
    expect(delays.slice(0, 20)).toEqual(Array(20).fill(20));
    expect(delays.length).toBeLessThan(90);
    expect(Math.max(...delays)).toBe(250);
  });

  it('is quick again after some seconds of peace', () => {
    const pace = new PublicationPace();
    delaysOf(pace, 0, 10_000);
    expect(delaysOf(pace, 13_000, 13_120)).toEqual(Array(6).fill(20));
  });
});
