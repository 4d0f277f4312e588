import { describe, expect, it } from 'vitest';
import { formatSocketAddress, parseSocketAddress } from '../../../src/cli/socket-address.ts';

describe('socket addresses', () => {
  it('reads IPv4 and bracketed IPv6 with a port', () => {
    expect(parseSocketAddress('127.0.0.1:5300')).toEqual({ address: '127.0.0.1', port: 5300 });
    expect(parseSocketAddress('[::1]:0')).toEqual({ address: '::1', port: 0 });
  });

  it.each([
    'localhost:53',
    '127.0.0.1',
    '::1:53',
    '[127.0.0.1]:53',
    '1.2.3:53',
    '1.2.3.4:65536',
    ':53',
    '',
    '1.2.3.4:5x',
  ])('refuses %s', (text) => expect(parseSocketAddress(text)).toBeNull());

  it('writes what it reads', () => {
    for (const text of ['192.0.2.1:53', '[2001:db8::1]:53'])
      expect(formatSocketAddress(parseSocketAddress(text)!)).toBe(text);
  });
});
