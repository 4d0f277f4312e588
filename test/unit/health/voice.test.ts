import { describe, expect, it } from 'vitest';
import { Voice, voiceOf } from '../../../src/health/voice.ts';

describe('the voice of a report', () => {
  it.each([
    ['unknown', 3, Voice.UNKNOWN],
    ['up', 0, Voice.UP],
    ['up', 1, Voice.FAILING],
    ['up', 4, Voice.FAILING],
    ['down', 0, Voice.RECOVERING],
    ['down', 1, Voice.DOWN_ONCE],
    ['down', 2, Voice.DOWN],
    ['down', 200, Voice.DOWN],
  ] as const)('%s with %i failures in a row', (state, failing, voice) => {
    expect(voiceOf({ state, failing })).toBe(voice);
  });

  it('is unknown without a report', () => {
    expect(voiceOf(undefined)).toBe(Voice.UNKNOWN);
  });
});
