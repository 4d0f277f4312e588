/** The two foreign decoders: that they are compared for real, and where one of them is known to be wrong. */

import { describe, expect, it } from 'vitest';
import { DecodersDifferError, readReply } from '../tools/dns-reply.ts';
import { craftOpt, craftQuery, joinBytes, plainName, wordBytes } from '../tools/packet-case.ts';

const A = 1;
const AAAA = 28;
const CLIENT_SUBNET = 8;
const RESPONSE = 0x8400;
const IPV6 = Uint8Array.from([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10]);

/** A response to `a.test` with one record of `rdata`, and octets behind it. */
function response(type: number, rdata: Uint8Array, tail: Uint8Array = new Uint8Array(), ttlHigh = 0): Uint8Array {
  const record = joinBytes(wordBytes(0xc00c, type, 1, ttlHigh, 300, rdata.length), rdata);
  return craftQuery({
    flags: RESPONSE,
    counts: [1, 1, 0, 0],
    questions: [['a.test', type]],
    tail: joinBytes(record, tail),
  });
}

describe('reading an answer', () => {
  it('gives header, question and records', () => {
    const reply = readReply(response(A, Uint8Array.of(192, 0, 2, 1)));
    expect(reply).toMatchObject({ rcode: 0, aa: true, tc: false, optCount: 0, opt: null });
    expect(reply.questions).toEqual([{ name: 'a.test.', type: A, class: 1 }]);
    expect(reply.answers.map((record) => [record.text, record.ttl])).toEqual([['a.test. a 192.0.2.1', 300]]);
  });

  it.each([
    ['an address of three octets', response(A, Uint8Array.of(192, 0, 2))],
    ['octets behind the message', response(A, Uint8Array.of(192, 0, 2, 1), Uint8Array.of(0))],
    ['a record cut short', response(A, Uint8Array.of(192, 0, 2, 1)).subarray(0, -1)],
    ['a count that is too high', Uint8Array.from(response(A, Uint8Array.of(192, 0, 2, 1))).with(7, 2)],
    ['a name that points at itself', Uint8Array.from(response(A, Uint8Array.of(192, 0, 2, 1))).with(25, 24)],
    ['a text string that leaves its record', response(16, Uint8Array.of(9, 97, 98))],
    ['an alias with octets behind its name', response(5, joinBytes(plainName('b.test'), Uint8Array.of(7)))],
  ])('refuses %s', (_, bytes) => {
    expect(() => readReply(bytes)).toThrow(DecodersDifferError);
  });

  it('merges the upper bits of the rcode from the OPT', () => {
    const opt = craftOpt({}).with(5, 1);
    expect(readReply(craftQuery({ flags: RESPONSE, questions: [['a.test', A]], additional: [opt] })).rcode).toBe(16);
  });

  it('compares IPv6 addresses whatever their spelling', () => {
    expect(readReply(response(AAAA, IPV6)).answers[0]!.text).toBe('a.test. aaaa 2001:db8::10');
  });

  it('takes a TTL beyond 31 bits, which dns2 clamps and dns-packet does not', () => {
    expect(readReply(response(A, Uint8Array.of(192, 0, 2, 1), new Uint8Array(), 0x8000)).answers[0]!.ttl).toBe(
      0x8000012c,
    );
  });

  it('takes a Client Subnet of seven octets, which dns2 misreads and dns-packet does not', () => {
    const option = joinBytes(wordBytes(2), Uint8Array.of(56, 48), IPV6.subarray(0, 7));
    const opt = craftOpt({ options: [[CLIENT_SUBNET, option]] });
    const reply = readReply(craftQuery({ flags: RESPONSE, questions: [['a.test', A]], additional: [opt] }));
    expect(reply.subnet).toEqual({ family: 2, source: 56, scope: 48, address: '2001:db8::' });
  });
});
