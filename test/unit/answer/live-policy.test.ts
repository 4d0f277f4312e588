import { describe, expect, it } from 'vitest';
import {
  cookieSecretsAt,
  createLivePolicy,
  isHeld,
  type LivePolicy,
  setCookieSecrets,
  setHeld,
} from '../../../src/answer/live-policy.ts';

describe('the live policy', () => {
  it('tells readers of the same memory whether verdicts are held', () => {
    const live = createLivePolicy();
    const reader: LivePolicy = new Int32Array(live.buffer);
    const seen = [isHeld(reader)];
    for (const held of [true, false]) {
      setHeld(live, held);
      seen.push(isHeld(reader));
    }
    expect(seen).toEqual([false, true, false]);
  });

  it('never changes the secrets in force: the next ones are written beside them', () => {
    const live = createLivePolicy();
    const secret = (octet: number) => new Uint8Array(16).fill(octet);
    setCookieSecrets(live, [secret(1), secret(2)]);
    const before = cookieSecretsAt(live);
    const words = [...live.subarray(before, before + 9)];
    expect(words).toEqual([2, ...Array<number>(4).fill(0x01010101), ...Array<number>(4).fill(0x02020202)]);
    setCookieSecrets(live, [secret(3)]);
    expect([...live.subarray(before, before + 9)]).toEqual(words);
    const after = cookieSecretsAt(live);
    expect([...live.subarray(after, after + 5)]).toEqual([1, ...Array<number>(4).fill(0x03030303)]);
  });

  it('takes no more secrets than there is room for', () => {
    expect(() => setCookieSecrets(createLivePolicy(), Array(3).fill(new Uint8Array(16)))).toThrow(/secrets/);
  });
});
