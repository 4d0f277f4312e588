import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { formatIpPrefix, maskWord, parseIpPrefix, prefixContains, prefixOf } from '../../../src/base/ip-prefix.ts';

describe('parseIpPrefix', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['192.0.2.0/255.255.255.0', '192.0.2.0/24'],
    ['192.0.2.0/0.0.0.255', '192.0.2.0/24'],
    ['10.0.0.0/255.0.0.0', '10.0.0.0/8'],
    ['::/0', '::/0'],
  ])('%s is %s', (text, canonical) => {
    const parsed = parseIpPrefix(text);
    expect(typeof parsed === 'string' ? parsed : formatIpPrefix(parsed)).toBe(canonical);
  });

  it.each([
    ['10.0.0.1/8', 'host-bits'],
    ['2001:db8::1/64', 'host-bits'],
    ['192.0.2.1/0.0.0.255', 'host-bits'],
    ['10.0.0.0/33', 'bad-length'],
    ['::/129', 'bad-length'],
    ['10.0.0.0/', 'bad-length'],
    ['10.0.0.0/-1', 'bad-length'],
    ['10.0.0.0/255.0.255.0', 'bad-length'],
    ['::/255.0.0.0', 'bad-length'],
    ['10.0.0/8', 'not-an-address'],
    ['', 'not-an-address'],
  ])('%j is refused: %s', (text, fault) => {
    expect(parseIpPrefix(text)).toBe(fault);
  });
});

describe('prefixes', () => {
  it('hold the addresses that share their bits, of their family only', () => {
    const address = (text: string) => parseIpAddress(text) ?? expect.fail(text);
    const prefix = (text: string) => {
      const parsed = parseIpPrefix(text);
      return typeof parsed === 'string' ? expect.fail(parsed) : parsed;
    };
    expect(prefixContains(prefix('192.0.2.128/25'), address('192.0.2.200'))).toBe(true);
    expect(prefixContains(prefix('192.0.2.128/25'), address('192.0.2.127'))).toBe(false);
    expect(prefixContains(prefix('2001:db8:0:2::/63'), address('2001:db8::1'))).toBe(false);
    expect(prefixContains(prefix('2001:db8::/63'), address('2001:db8:0:1::1'))).toBe(true);
    expect(prefixContains(prefix('::/0'), address('192.0.2.1'))).toBe(false);
    expect(formatIpPrefix(prefixOf(address('192.0.2.200'), 25))).toBe('192.0.2.128/25');
  });

  it('have masks of exactly their bits', () => {
    expect([0, 1, 2, 3].map((i) => maskWord(0, i))).toEqual([0, 0, 0, 0]);
    expect([0, 1, 2, 3].map((i) => maskWord(33, i))).toEqual([0xffffffff, 0x80000000, 0, 0]);
    expect([0, 1, 2, 3].map((i) => maskWord(128, i))).toEqual(new Array(4).fill(0xffffffff));
  });
});
