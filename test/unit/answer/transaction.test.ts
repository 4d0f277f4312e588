import { describe, expect, it } from 'vitest';
import { isStream, Transaction, Transport } from '../../../src/answer/transaction.ts';

describe('Transaction', () => {
  it('hands decisions the very addresses that the caller fills in', () => {
    const tx = new Transaction(1);
    tx.clientWords[0] = 0x7f000001;
    tx.query.subnet.words[0] = 5;
    expect(tx.request.sourceWords[0]).toBe(0x7f000001);
    expect(tx.request.subnet.words[0]).toBe(5);
  });
});

describe('isStream', () => {
  it('holds for whatever needs a handshake, so that the source cannot be forged', () => {
    expect(Object.values(Transport).map(isStream)).toEqual([false, true, true, true]);
  });
});
