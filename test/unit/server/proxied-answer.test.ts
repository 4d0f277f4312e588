import { describe, expect, it } from 'vitest';
import { formatIpAddress, parseIpAddress } from '../../../src/base/ip-address.ts';
import { type IpPrefix, parseIpPrefix } from '../../../src/base/ip-prefix.ts';
import { createListenerCounters, ListenerCounter } from '../../../src/server/listener-counters.ts';
import { createProxiedAnswer } from '../../../src/server/proxied-answer.ts';
import { ProxySources } from '../../../src/server/proxy-sources.ts';
import { proxyHeader } from '../../tools/proxy-header.ts';

const QUERY = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);

/** What the answerer behind the wrapper was asked, when `octets` came from `peer`. */
function take(peer: string, octets: Uint8Array) {
  const counters = createListenerCounters();
  const asked: { query: number[]; client: string }[] = [];
  const answer = createProxiedAnswer(
    (bytes, start, length, family, words) => {
      asked.push({ query: [...bytes.subarray(start, start + length)], client: formatIpAddress({ family, words }) });
      return length;
    },
    new ProxySources([parseIpPrefix('192.0.2.0/24') as IpPrefix]),
    counters,
  );
  const buffer = new Uint8Array(4096);
  buffer.set(octets, 100);
  const { family, words } = parseIpAddress(peer)!;
  const sent = answer(buffer, 100, octets.length, family, words);
  return { asked, sent, refused: counters[ListenerCounter.PROXY_REFUSED] };
}

const behind = (header: Uint8Array) => Uint8Array.from([...header, ...QUERY]);

describe('createProxiedAnswer', () => {
  it('lets the client that a trusted header names ask', () => {
    const asked = [{ query: [...QUERY], client: '2001:db8::7' }];
    expect(take('192.0.2.1', behind(proxyHeader('2001:db8::7')))).toEqual({ asked, sent: 13, refused: 0 });
  });

  it('lets the proxy ask for itself by LOCAL', () => {
    const { asked } = take('192.0.2.1', behind(proxyHeader('203.0.113.7', { isLocal: true })));
    expect(asked).toEqual([{ query: [...QUERY], client: '192.0.2.1' }]);
  });

  it('lets strangers ask as themselves', () => {
    expect(take('198.51.100.1', QUERY).asked).toEqual([{ query: [...QUERY], client: '198.51.100.1' }]);
  });

  it.each([
    ['a header from a stranger', '198.51.100.1', behind(proxyHeader('203.0.113.7'))],
    ['no header from a trusted source', '192.0.2.1', QUERY],
    ['half a header', '192.0.2.1', proxyHeader('203.0.113.7').subarray(0, 20)],
    ['a broken header', '192.0.2.1', behind(proxyHeader('203.0.113.7', { versionAndCommand: 0x31 }))],
  ])('is silent to %s, and counts it', (_, peer, octets) => {
    expect(take(peer, octets)).toEqual({ asked: [], sent: 0, refused: 1 });
  });
});
