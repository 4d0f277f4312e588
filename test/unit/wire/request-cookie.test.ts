import { describe, expect, it } from 'vitest';
import { RequestCookie } from '../../../src/wire/request-cookie.ts';

describe('RequestCookie', () => {
  it('has 8 octets of the client, alone or with 8 to 32 of a server (RFC 7873 4, 5.2.2)', () => {
    const good = Array.from({ length: 64 }, (_, length) => length).filter((length) => {
      const cookie = new RequestCookie();
      const isGood = cookie.parse(new Uint8Array(100), 3, length);
      expect([cookie.isPresent, cookie.serverLength]).toEqual(isGood ? [true, length - 8] : [false, 0]);
      return isGood;
    });
    expect(good).toEqual([8, ...Array.from({ length: 25 }, (_, i) => 16 + i)]);
  });

  it('keeps its octets while the answer is written over them', () => {
    const message = Uint8Array.from({ length: 30 }, (_, i) => i);
    const cookie = new RequestCookie();
    cookie.parse(message, 5, 24);
    message.fill(0);
    expect([...cookie.bytes.subarray(0, 24)]).toEqual(Array.from({ length: 24 }, (_, i) => 5 + i));
  });
});
