import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpAddress } from '../../../src/base/ip-address.ts';
import { PROXY_HEADER_BYTES_MAX } from '../../../src/base/limits.ts';
import { hasProxySignature, ProxyHeader, ProxyParse } from '../../../src/wire/proxy-header.ts';
import { proxyHeader } from '../../tools/proxy-header.ts';

function parse(bytes: Uint8Array) {
  const header = new ProxyHeader();
  const octets = header.parse(bytes, 0, bytes.length);
  const { family, words } = header;
  return { octets, client: octets > 0 && family !== 0 ? formatIpAddress({ family, words }) : null };
}

describe('ProxyHeader (PROXY protocol 2.2)', () => {
  it.each(['203.0.113.7', '2001:db8::7'])('reads the client %s', (client) => {
    const bytes = proxyHeader(client);
    expect(parse(bytes)).toEqual({ octets: bytes.length, client });
  });

  it('reads an IPv4-mapped client as IPv4', () => {
    expect(parse(proxyHeader('::ffff:203.0.113.7')).client).toBe('203.0.113.7');
  });

  it('skips TLVs, whatever is in them', () => {
    const bytes = proxyHeader('203.0.113.7', { tlvs: Uint8Array.of(4, 255, 255, 9, 9) });
    expect(parse(bytes)).toEqual({ octets: bytes.length, client: '203.0.113.7' });
  });

  it('names no client for LOCAL, even with addresses, and for families without IP', () => {
    expect(parse(proxyHeader('203.0.113.7', { isLocal: true }))).toEqual({ octets: 16, client: null });
    expect(parse(proxyHeader('203.0.113.7', { versionAndCommand: 0x20 }))).toEqual({ octets: 28, client: null });
    expect(parse(proxyHeader('203.0.113.7', { familyAndProtocol: 0x31 })).client).toBeNull();
  });

  it('forgets the client of the header before', () => {
    const header = new ProxyHeader();
    header.parse(proxyHeader('203.0.113.7'), 0, 28);
    header.parse(proxyHeader('203.0.113.7', { isLocal: true }), 0, 16);
    expect(header.family).toBe(0);
  });

  it('asks for more while what is there may still become a header', () => {
    const bytes = proxyHeader('2001:db8::7', { tlvs: new Uint8Array(20) });
    for (let length = 0; length < bytes.length; length++) {
      expect(parse(bytes.subarray(0, length)).octets).toBe(ProxyParse.INCOMPLETE);
    }
  });

  it.each([
    ['another version', proxyHeader('192.0.2.1', { versionAndCommand: 0x11 })],
    ['an unknown command', proxyHeader('192.0.2.1', { versionAndCommand: 0x22 })],
    ['an unknown family', proxyHeader('192.0.2.1', { familyAndProtocol: 0x41 })],
    ['an unknown protocol', proxyHeader('192.0.2.1', { familyAndProtocol: 0x13 })],
    ['too little room for IPv4', proxyHeader('192.0.2.1', { length: 11 })],
    ['too little room for IPv6', proxyHeader('192.0.2.1', { familyAndProtocol: 0x22 })],
    ['no signature', Uint8Array.of(1, 2)],
    ['one more octet than PROXY_HEADER_BYTES_MAX', proxyHeader('192.0.2.1', { length: PROXY_HEADER_BYTES_MAX - 15 })],
  ])('refuses %s', (_, bytes) => {
    expect(parse(bytes).octets).toBe(ProxyParse.MALFORMED);
  });

  it('never reads beyond what is there, and takes no more than the limit', () => {
    const octets = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(octets, fc.boolean(), (tail, isSigned) => {
        const bytes = isSigned ? Uint8Array.from([...proxyHeader('192.0.2.1').subarray(0, 12), ...tail]) : tail;
        const result = parse(bytes).octets;
        expect(result).toBeGreaterThanOrEqual(ProxyParse.MALFORMED);
        expect(result).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('hasProxySignature', () => {
  it('needs all twelve octets', () => {
    const bytes = proxyHeader('192.0.2.1');
    expect(hasProxySignature(bytes, 0, 12)).toBe(true);
    expect(hasProxySignature(bytes, 0, 11)).toBe(false);
    expect(hasProxySignature(bytes, 1, 12)).toBe(false);
  });
});
