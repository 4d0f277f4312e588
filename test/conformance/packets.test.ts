/**
 * Raw packets, ordinary and hostile, against a running server: the project's own (test/vectors/) and, where they are at
 * hand, the recorded ones that five other servers were measured with. After each the server must still answer.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, exchangeTcp, exchangeUdp } from '../tools/dns-client.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { judgeReply, type PacketCase } from '../tools/packet-case.ts';
import { TRANSPORTS } from '../tools/transports.ts';
import { COMPLIANCE_PACKETS } from '../vectors/compliance-packets.ts';
import { PACKETS } from '../vectors/packets.ts';

const OWN_ZONE = join(import.meta.dirname, '../vectors/zones/static.test.yaml');
const RECORDED = join(process.env.MERIDIAN_VECTORS ?? '../shared/vectors', 'dns');
const HAS_RECORDED = existsSync(join(RECORDED, 'packets.json'));
/** Silence is known sooner where silence is what is wanted. */
const REPLY_WITHIN_MS = 2_000;
const SILENCE_AFTER_MS = 400;

type Suite = {
  readonly title: string;
  readonly zoneFile: string;
  readonly zoneText: string;
  readonly packets: readonly PacketCase[];
  /** A question that is answered before and after each packet, and with how many addresses. */
  readonly witness: string;
  readonly addresses: number;
};

const SUITES: readonly Suite[] = [
  {
    title: `${PACKETS.length} packets of our own`,
    zoneFile: 'static.test.yaml',
    zoneText: readFileSync(OWN_ZONE, 'utf8'),
    packets: PACKETS,
    witness: 'a.static.test',
    addresses: 3,
  },
  {
    title: `${COMPLIANCE_PACKETS.length} packets of compliance testers`,
    zoneFile: 'static.test.yaml',
    zoneText: readFileSync(OWN_ZONE, 'utf8'),
    packets: COMPLIANCE_PACKETS,
    witness: 'a.static.test',
    addresses: 3,
  },
  ...(HAS_RECORDED ? [recordedSuite()] : []),
];

function recordedSuite(): Suite {
  type Recorded = Omit<PacketCase, 'query'> & { hex: string };
  const packets = JSON.parse(readFileSync(join(RECORDED, 'packets.json'), 'utf8')) as Recorded[];
  return {
    title: `${packets.length} recorded packets`,
    zoneFile: 'gslb.test.yaml',
    zoneText: readFileSync(join(RECORDED, 'gslb.test.yaml'), 'utf8'),
    packets: packets.map((packet) => ({ ...packet, query: Uint8Array.from(Buffer.from(packet.hex, 'hex')) })),
    witness: 'www.gslb.test',
    addresses: 2,
  };
}

describe.skipIf(HAS_RECORDED)('recorded packets (skipped: no MERIDIAN_VECTORS)', () => {
  it.skip('are not at hand', () => undefined);
});

describe.each(TRANSPORTS)('over %s', (transport) => {
  describe.each(SUITES)('$title', ({ zoneFile, zoneText, packets, witness, addresses }) => {
    let server: MeridianProcess;

    beforeAll(async () => {
      server = await startServe({ zones: { [zoneFile]: zoneText }, transport });
    });
    afterAll(async () => {
      const ending = await server.stop();
      expect(ending, server.output).toMatchObject({ code: 0, signal: null });
    });

    const send = (packet: PacketCase) => {
      const exchange = packet.transport === 'tcp' ? exchangeTcp : exchangeUdp;
      return exchange(server, packet.query, packet.accept.includes('DROP') ? SILENCE_AFTER_MS : REPLY_WITHIN_MS);
    };
    const expectAlive = async () => {
      const udp = await ask(server, witness, 'A');
      const tcp = await ask(server, witness, 'A', { tcp: true });
      expect([udp.answers.length, tcp.answers.length]).toEqual([addresses, addresses]);
      expect([udp.rcode, tcp.rcode]).toEqual([0, 0]);
    };

    it.each(packets)('$transport $name: $why', async (packet) => {
      expect(judgeReply(packet, await send(packet))).toEqual([]);
      await expectAlive();
    });

    it('the same over the other of UDP and TCP: rcodes alike, and nothing hurt', async () => {
      const faults: string[] = [];
      for (const packet of packets) {
        const other = packet.transport === 'tcp' ? 'udp' : 'tcp';
        // More than fits in a datagram cannot be sent; silence is always allowed here, since transfers and the like differ.
        if (other === 'udp' && packet.query.length > 4096) continue;
        const swapped = {
          ...packet,
          transport: other,
          accept: [...packet.accept, 'DROP', 'NOTIMP', 'REFUSED'],
        } as const;
        faults.push(...judgeReply(swapped, await send(swapped), true).map((fault) => `${packet.name}: ${fault}`));
      }
      expect(faults).toEqual([]);
      await expectAlive();
    });
  });
});

describe('the judge of packets', () => {
  const packet: PacketCase = {
    name: 'x',
    why: 'x',
    transport: 'udp',
    query: Uint8Array.from(Buffer.from('12340000000100000000000001610000010001', 'hex')),
    accept: ['NOERROR', 'REFUSED'],
    strict: null,
    check: { an: 1 },
  };
  const reply = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

  it('refuses silence, another id, a query, an rcode not accepted and a check not met', () => {
    expect(judgeReply(packet, null)).toHaveLength(1);
    expect(judgeReply({ ...packet, accept: ['DROP'] }, null)).toEqual([]);
    expect(judgeReply(packet, reply('12358405000100000000000001610000010001'))).toHaveLength(1);
    expect(judgeReply(packet, reply('12340405000100000000000001610000010001'))).toHaveLength(1);
    expect(judgeReply(packet, reply('12348403000100000000000001610000010001'))).toHaveLength(1);
    expect(judgeReply(packet, reply('12348400000100000000000001610000010001'))).toHaveLength(1);
    expect(judgeReply(packet, reply('12348405000100000000000001610000010001'))).toEqual([]);
    expect(judgeReply({ ...packet, strict: 'FORMERR' }, reply('12348405000100000000000001610000010001'))).toHaveLength(
      1,
    );
  });

  it('refuses what a decoder cannot read', () => {
    expect(judgeReply(packet, reply('12348405000100010000000001610000010001'))).toHaveLength(1);
  });
});
