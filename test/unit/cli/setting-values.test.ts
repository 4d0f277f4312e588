import { describe, expect, it } from 'vitest';
import {
  ipPrefixes,
  ipPrefixText,
  oneOf,
  shownText,
  socketAddresses,
  wholeNumber,
} from '../../../src/cli/setting-values.ts';

const messages = (result: { error?: { issues: readonly { message: string }[] } | undefined }) =>
  result.error?.issues.map((issue) => issue.message) ?? [];

describe('values of settings', () => {
  it('take lists as lists and separated by commas', () => {
    const prefixes = ipPrefixes(2, 'SOME_MAX');
    expect(prefixes.parse('192.0.2.0/24, 2001:db8::/32')).toMatchObject([{ length: 24 }, { length: 32 }]);
    expect(prefixes.parse(['192.0.2.0/24'])).toHaveLength(1);
    expect(messages(prefixes.safeParse('192.0.2.1,192.0.2.2,192.0.2.3'))).toEqual([
      'must name at most 2 prefixes (SOME_MAX)',
    ]);
    expect(socketAddresses.parse('127.0.0.1:1,[::1]:2')).toHaveLength(2);
  });

  it('refuse prefixes with bits beyond their length', () => {
    expect(messages(ipPrefixText.safeParse('192.0.2.1/24'))).toEqual(['must not have bits set beyond its length']);
    expect(ipPrefixText.parse('192.0.2.0/255.255.255.0')).toBe('192.0.2.0/24');
  });

  it('take numbers as the environment writes them, within bounds that the fault names', () => {
    const number = wholeNumber(1, 5, 'FIVE_MAX');
    expect([number.parse('5'), number.parse(1)]).toEqual([5, 1]);
    expect(messages(number.safeParse(6))).toEqual(['must be at most 5 (FIVE_MAX)']);
    expect(messages(number.safeParse('0'))).toEqual(['must be at least 1']);
    expect(messages(number.safeParse('1.5'))).toEqual(['must be a whole number']);
  });

  it('take the on and off that YAML has read as true and false', () => {
    const mode = oneOf(['off', 'log-only', 'on']);
    expect([true, false, 'log-only'].map((value) => mode.parse(value))).toEqual(['on', 'off', 'log-only']);
    expect(messages(mode.safeParse('of'))).toEqual(['must be off, log-only or on']);
  });

  it('take what a server shows of itself as printable ASCII of at most 64 characters', () => {
    for (const text of ['fra1.ns.example.net', 'off', 'a b', 'x'.repeat(64)]) {
      expect(shownText.safeParse(text).success, text).toBe(true);
    }
    for (const text of ['', ' a', 'a\n', 'é', 'x'.repeat(65), 7]) {
      expect(shownText.safeParse(text).success, String(text)).toBe(false);
    }
  });
});
