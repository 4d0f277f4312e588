import { describe, expect, it } from 'vitest';
import { durationSeconds } from '../../../src/wire/rdata-duration.ts';

describe('durationSeconds', () => {
  it('reads seconds and units in any case', () => {
    const known = {
      '0': 0,
      '300': 300,
      '1h': 3600,
      '1h30m': 5400,
      '2W1d': 1296000,
      '5S': 5,
      '0s': 0,
      '4294967295': 0xffffffff,
    };
    for (const [text, seconds] of Object.entries(known)) expect(durationSeconds(text), text).toBe(seconds);
  });

  it('refuses anything else', () => {
    for (const text of [
      '',
      'h',
      '1h30',
      '1x',
      '-1',
      '1.5h',
      '4294967296',
      '8000w',
      '1 h',
      '0h5',
      '9'.repeat(400),
      '1hh',
    ]) {
      expect(durationSeconds(text), text).toBe(-1);
    }
  });
});
