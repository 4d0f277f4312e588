import { describe, expect, it } from 'vitest';
import { createLivePolicy, setCookieSecrets } from '../../../src/answer/live-policy.ts';
import { COOKIE_BYTES, CookieState, judgeCookie, writeCookie } from '../../../src/answer/server-cookie.ts';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { RequestCookie } from '../../../src/wire/request-cookie.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

function requestCookie(text: string): RequestCookie {
  const cookie = new RequestCookie();
  expect(cookie.parse(hex(text), 0, text.length / 2)).toBe(true);
  return cookie;
}

function policy(...secrets: string[]) {
  const live = createLivePolicy();
  setCookieSecrets(live, secrets.map(hex));
  return live;
}

function judge(text: string, client: string, live: ReturnType<typeof policy>, nowSeconds: number): number {
  const { family, words } = parseIpAddress(client)!;
  return judgeCookie(requestCookie(text), family, words, live, nowSeconds | 0);
}

/** What goes back to a query with the cookie `text`. */
function renew(text: string, client: string, live: ReturnType<typeof policy>, nowSeconds: number): string {
  const { family, words } = parseIpAddress(client)!;
  const bytes = new Uint8Array(COOKIE_BYTES + 3);
  const cookie = requestCookie(text);
  const state = judgeCookie(cookie, family, words, live, nowSeconds | 0);
  writeCookie(bytes, 2, cookie, state, family, words, live, nowSeconds | 0);
  expect([bytes[0], bytes[1], bytes.at(-1)]).toEqual([0, 0, 0]);
  return Buffer.from(bytes.subarray(2, 2 + COOKIE_BYTES)).toString('hex');
}

const OLD = 'e5e973e5a6b2a43f48e7dc849e37bfcf';
const [FIRST, FIRST_AT] = ['2464c4abcf10c957010000005cf79f111f8130c3eee29480', 1_559_731_985];

describe('server cookies, by the examples of RFC 9018', () => {
  it('A.1: a client learns its first', () => {
    const live = policy(OLD);
    expect(judge('2464c4abcf10c957', '198.51.100.100', live, FIRST_AT)).toBe(CookieState.NEW);
    expect(renew('2464c4abcf10c957', '198.51.100.100', live, FIRST_AT)).toBe(FIRST);
  });

  it('A.2: the same client gets a fresh one after 40 minutes', () => {
    const live = policy(OLD);
    expect(judge(FIRST, '198.51.100.100', live, 1_559_734_385)).toBe(CookieState.AGEING);
    const fresh = '2464c4abcf10c957010000005cf7a871d4a564a1442aca77';
    expect(renew(FIRST, '198.51.100.100', live, 1_559_734_385)).toBe(fresh);
  });

  it('A.3: reserved octets count as they came and go back as zeros', () => {
    const live = policy(OLD);
    const odd = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5';
    expect(judge(odd, '203.0.113.203', live, 1_559_727_985)).toBe(CookieState.GOOD);
    // In the example the cookie is believed for longer than the hour of 4.3, which is kept here; the answer is the same.
    expect(judge(odd, '203.0.113.203', live, 1_559_734_700)).toBe(CookieState.BAD);
    expect(renew(odd, '203.0.113.203', live, 1_559_734_700)).toBe('fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e');
  });

  it('A.4: over IPv6, what the old secret made is believed and replaced by the new one', () => {
    const live = policy('445536bcd2513298075a5d379663c962', 'dd3bdf9344b678b185a6f5cb60fca715');
    const client = '2001:db8:220:1:59de:d0f4:8769:82b8';
    const old = '22681ab97d52c298010000005cf7c57926556bd0934c72f8';
    expect(judge(old, client, live, 1_559_741_961)).toBe(CookieState.AGEING);
    expect(renew(old, client, live, 1_559_741_961)).toBe('22681ab97d52c298010000005cf7c609a6bb79d16625507a');
  });
});

describe('server cookies', () => {
  it('are believed for an hour, from five minutes ahead, and go back unchanged for half an hour (RFC 9018 4.3)', () => {
    const live = policy(OLD);
    const at = (ageSeconds: number) => judge(FIRST, '198.51.100.100', live, FIRST_AT + ageSeconds);
    expect([-300, 0, 1800].map(at)).toEqual([CookieState.GOOD, CookieState.GOOD, CookieState.GOOD]);
    expect([1801, 3600].map(at)).toEqual([CookieState.AGEING, CookieState.AGEING]);
    expect([-301, 3601, 2 ** 31].map(at)).toEqual([CookieState.BAD, CookieState.BAD, CookieState.BAD]);
    expect(renew(FIRST, '198.51.100.100', live, FIRST_AT + 1800)).toBe(FIRST);
  });

  it('stay good when the seconds wrap in 2106 (RFC 1982)', () => {
    const live = policy(OLD);
    const made = renew('0011223344556677', '192.0.2.1', live, 2 ** 32 - 10);
    expect(judge(made, '192.0.2.1', live, 2 ** 32 + 10)).toBe(CookieState.GOOD);
  });

  it('are good for one client cookie, one address and one secret alone (RFC 9018 4.4)', () => {
    const live = policy(OLD);
    expect(judge(FIRST, '198.51.100.101', live, FIRST_AT)).toBe(CookieState.BAD);
    expect(judge(FIRST, '2001:db8::1', live, FIRST_AT)).toBe(CookieState.BAD);
    expect(judge(FIRST, '198.51.100.100', policy(OLD.replace('e', 'f')), FIRST_AT)).toBe(CookieState.BAD);
    for (let octet = 0; octet < COOKIE_BYTES; octet++) {
      const forged = hex(FIRST);
      forged[octet]! ^= 1;
      const text = Buffer.from(forged).toString('hex');
      expect(judge(text, '198.51.100.100', live, FIRST_AT), `octet ${octet}`).toBe(CookieState.BAD);
    }
  });

  it('of another length or form are another server’s', () => {
    const live = policy(OLD);
    for (const length of [8, 15, 17, 32]) {
      expect(judge(`2464c4abcf10c957${'01'.repeat(length)}`, '198.51.100.100', live, FIRST_AT)).toBe(CookieState.BAD);
    }
  });

  it('do not exist without a secret', () => {
    expect(judge(FIRST, '198.51.100.100', policy(), FIRST_AT)).toBe(CookieState.NONE);
  });
});
