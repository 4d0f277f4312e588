import { describe, expect, it } from 'vitest';
import { ALIAS_ADDRESSES_MAX, ALIAS_TTL_SECONDS_MAX, ALIAS_TTL_SECONDS_MIN } from '../../../src/base/limits.ts';
import type { DnsAnswer, DnsRecordText } from '../../../src/probe/dns-exchange.ts';
import { readAliasAnswer } from '../../../src/server/alias-answer.ts';
import { RRType } from '../../../src/wire/codes.ts';
import type { AliasAddresses } from '../../../src/zone/alias-table.ts';

const record = (name: string, type: string, data: string, ttl = 60): DnsRecordText => ({
  name,
  ttl,
  class: 'IN',
  type,
  data,
});
const SOA = record('test.', 'SOA', 'ns.test. h.test. 1 2 3 4 40', 50);

function reply(answer: DnsRecordText[], more: Partial<DnsAnswer> = {}): DnsAnswer {
  return {
    transport: 'udp',
    rcode: 'NOERROR',
    flags: [],
    subnet: null,
    errors: [],
    answer,
    authority: [],
    additional: [],
    ...more,
  };
}

describe('readAliasAnswer', () => {
  const read = (answer: DnsAnswer) => readAliasAnswer(answer, 'a.test.', RRType.A);

  it('follows the CNAMEs of the answer and takes the lowest TTL, within bounds', () => {
    const chain = [
      record('A.test.', 'CNAME', 'B.test.', 20),
      record('b.test.', 'A', '192.0.2.2', 30),
      record('b.test.', 'A', '192.0.2.1', 40),
    ];
    expect(read(reply(chain))).toEqual({
      ttlSeconds: 20,
      addresses: [Buffer.from([192, 0, 2, 1]), Buffer.from([192, 0, 2, 2])].map((b) => Uint8Array.from(b)),
    });
    expect(read(reply([record('a.test.', 'A', '192.0.2.1', 0)]))).toMatchObject({ ttlSeconds: ALIAS_TTL_SECONDS_MIN });
    expect(read(reply([record('a.test.', 'A', '192.0.2.1', 99_999)]))).toMatchObject({
      ttlSeconds: ALIAS_TTL_SECONDS_MAX,
    });
  });

  it('takes no record of another name, and no more addresses than its limit', () => {
    expect(read(reply([record('evil.test.', 'A', '192.0.2.1')], { authority: [SOA] }))).toEqual({
      ttlSeconds: 40,
      addresses: [],
    });
    const many = Array.from({ length: 100 }, (_, i) => record('a.test.', 'A', `192.0.2.${i}`));
    expect((read(reply(many)) as AliasAddresses).addresses).toHaveLength(ALIAS_ADDRESSES_MAX);
  });

  it('takes NXDOMAIN with an SOA for an answer, and nothing else without addresses', () => {
    expect(read(reply([], { rcode: 'NXDOMAIN', authority: [SOA] }))).toEqual({ ttlSeconds: 40, addresses: [] });
    for (const bad of [
      reply([]),
      reply([], { rcode: 'REFUSED' }),
      reply([record('a.test.', 'CNAME', 'a.test.')]),
      reply([], { flags: ['tc'] }),
    ]) {
      expect(typeof read(bad)).toBe('string');
    }
  });
});
