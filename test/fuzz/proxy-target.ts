/**
 * PROXY headers before datagrams, as trusted proxies and strangers send them. Input: who sends, then the datagram. A model of the
 * format, written from its specification, says where the query begins.
 */

import { parseIpAddress } from '../../src/base/ip-address.ts';
import { parseIpPrefix } from '../../src/base/ip-prefix.ts';
import { createListenerCounters } from '../../src/server/listener-counters.ts';
import { createProxiedAnswer } from '../../src/server/proxied-answer.ts';
import { ProxySources } from '../../src/server/proxy-sources.ts';
import { joinBytes } from '../tools/packet-case.ts';
import { proxyHeader } from '../tools/proxy-header.ts';
import { judgeAnswer } from './answer-oracle.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { chance, mutateOctets, noise, oddWord, pick } from './mutate-octets.ts';
import { QueryWorld } from './query-world.ts';

const PROXY = '127.0.0.9';
const STRANGER = '127.0.0.8';
const SIGNATURE = '0d0a0d0a000d0a515549540a';
const FIXED_BYTES = 16;
const UDP_MESSAGE_BYTES = 65_535;
/** The server's own limit on a header, addresses and TLVs included. */
const HEADER_BYTES_MAX = 512;

/** The wrapper that takes headers off. */
export const PROXY_TARGET: FuzzTarget = {
  name: 'proxy',
  open: () => {
    const world = new QueryWorld();
    const sources = new ProxySources([
      parseIpPrefix(`${PROXY}/32`) as Exclude<ReturnType<typeof parseIpPrefix>, string>,
    ]);
    let inner: Uint8Array | null = null;
    const answer = createProxiedAnswer(
      (bytes, start, length) => {
        inner = bytes.slice(start, start + length);
        const answered = world.ask({ transport: 0, client: STRANGER, query: inner }, 0);
        if (answered !== null) bytes.set(answered, start);
        return answered?.length ?? 0;
      },
      sources,
      createListenerCounters(),
    );
    const buffer = new Uint8Array(UDP_MESSAGE_BYTES + 16);
    return {
      generate: (random) => {
        const tlvs = chance(random, 3)
          ? noise(random, random.nextBelow(chance(random, 6) ? 1_200 : 40))
          : new Uint8Array();
        const header = proxyHeader(pick(random, ['192.0.2.9', '2001:db8::7', '::ffff:192.0.2.1']), {
          isLocal: chance(random, 6),
          tlvs,
          ...(chance(random, 8) ? { length: oddWord(random) } : {}),
          ...(chance(random, 8) ? { versionAndCommand: random.nextBelow(256) } : {}),
          ...(chance(random, 8) ? { familyAndProtocol: random.nextBelow(256) } : {}),
        });
        const datagram = joinBytes(
          chance(random, 4) ? mutateOctets(random, header, 3) : header,
          world.generateQuery(random),
        );
        return joinBytes(Uint8Array.of(random.nextBelow(4)), datagram.slice(0, 4_096));
      },
      check: (input) => {
        const isTrusted = (input[0] ?? 0) > 0;
        const datagram = input.subarray(1, UDP_MESSAGE_BYTES);
        const from = parseIpAddress(isTrusted ? PROXY : STRANGER)!;
        inner = null;
        buffer.set(datagram, 3);
        const octets = answer(buffer, 3, datagram.length, from.family, from.words);
        const begins = isTrusted ? endOfHeader(datagram) : hasSignature(datagram) ? -1 : 0;
        if (begins < 0) return octets === 0 && inner === null ? null : 'a bad header was answered';
        const query = datagram.slice(begins);
        if (inner === null || !Buffer.from(inner).equals(Buffer.from(query)))
          return 'another query was answered than was sent';
        return judgeAnswer(query, octets === 0 ? null : buffer.slice(3, 3 + octets), 0);
      },
    };
  },
};

function hasSignature(datagram: Uint8Array): boolean {
  return Buffer.from(datagram.subarray(0, 12)).toString('hex') === SIGNATURE;
}

/** Where the query behind a good header begins, or -1 (PROXY protocol 2.2). */
function endOfHeader(datagram: Uint8Array): number {
  if (!hasSignature(datagram) || datagram.length < FIXED_BYTES) return -1;
  const [versionAndCommand = 0, familyAndProtocol = 0] = datagram.subarray(12, 14);
  const length = (datagram[14]! << 8) | datagram[15]!;
  const end = FIXED_BYTES + length;
  const family = familyAndProtocol >> 4;
  if (versionAndCommand !== 0x20 && versionAndCommand !== 0x21) return -1;
  if (family > 3 || (familyAndProtocol & 15) > 2 || end > datagram.length || end > HEADER_BYTES_MAX) return -1;
  if (versionAndCommand === 0x20) return end;
  return (family === 1 && length < 12) || (family === 2 && length < 36) ? -1 : end;
}
