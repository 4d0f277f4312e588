import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { prefixContains } from '../../../src/base/ip-prefix.ts';
import { SPECIAL_SPACE } from '../../../src/geo/special-space.ts';

function isSpecial(text: string): boolean {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(text);
  return SPECIAL_SPACE.some((prefix) => prefixContains(prefix, address));
}

describe('SPECIAL_SPACE', () => {
  it.each([
    '0.1.2.3',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '169.254.1.1',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.9',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '198.18.0.0',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '100::1',
    '1fff::1',
    '2001::1',
    '2001:1ff::1',
    '2001:db8::1',
    '2002:808:808::1',
    '3fff:0fff::1',
    '4000::',
    '5f00::1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
  ])('holds %s', (text) => {
    expect(isSpecial(text)).toBe(true);
  });

  it.each([
    '1.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.0.3.0',
    '192.31.196.1',
    '192.52.193.1',
    '192.167.255.255',
    '192.169.0.0',
    '192.175.48.1',
    '198.17.255.255',
    '198.20.0.0',
    '203.0.112.1',
    '223.255.255.255',
    '2000::1',
    '2001:200::1',
    '2001:4860::8888',
    '2001:db7::1',
    '2001:db9::1',
    '2003::1',
    '2620:4f:8000::1',
    '2a00::1',
    '3fff:1000::1',
    '3ffe::1',
  ])('leaves %s alone', (text) => {
    expect(isSpecial(text)).toBe(false);
  });
});
