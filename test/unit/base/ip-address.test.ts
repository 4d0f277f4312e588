import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressBits,
  addressBytes,
  formatIpAddress,
  type IpAddress,
  parseIpAddress,
  readAddressWords,
  unmapAddress,
} from '../../../src/base/ip-address.ts';

const address = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

describe('parseIpAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ])('%s is %s', (text, canonical) => {
    expect(formatIpAddress(address(text))).toBe(canonical);
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1.2.3.4::',
    '::1.2.3',
    'g::',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7::8:9',
  ])('%j is no address', (text) => {
    expect(parseIpAddress(text)).toBeNull();
  });

  it('agrees with the system on what is an address, for random texts made of address characters', () => {
    const character = fc.constantFrom(...'0123456789abcdef:.'.split(''));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 20 }), (characters) => {
        const text = characters.join('');
        expect(parseIpAddress(text)?.family ?? 0).toBe(isIP(text));
      }),
      { numRuns: 5000, seed: 1 },
    );
  });
});

describe('addresses', () => {
  it('keep their octets through words and text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (octets, isIpv6) => {
        const words = new Uint32Array(4);
        const family = isIpv6 ? 6 : 4;
        readAddressWords(words, family, octets, 0);
        const read: IpAddress = { family, words };
        expect([...addressBytes(read)]).toEqual([...octets.subarray(0, addressBits(family) / 8)]);
        expect([...address(formatIpAddress(read)).words]).toEqual([...words]);
      }),
      { seed: 2 },
    );
  });

  it('of IPv4 clients on an IPv6 socket become IPv4 again, and nothing else does', () => {
    expect(formatIpAddress(unmapAddress(address('::ffff:192.0.2.1')))).toBe('192.0.2.1');
    for (const text of ['::192.0.2.1', '1::ffff:192.0.2.1', '2001:db8::1', '192.0.2.1']) {
      expect(unmapAddress(address(text))).toEqual(address(text));
    }
  });
});
