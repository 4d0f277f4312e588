import { describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../../src/answer/answer-policy.ts';
import { Rcode } from '../../../src/wire/codes.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

const { tables } = serve([modelZone('example.', ['www 300 A 192.0.2.80'])]);
const ascii = (text: string) => new TextEncoder().encode(text);

function ask(name: string, type: string, told: boolean, options: AskOptions = {}): Uint8Array {
  const asker = new Asker(tables);
  if (told) asker.tx.policy = { ...PLAIN_POLICY, serverId: ascii('fra1'), version: ascii('9') };
  return asker.ask(buildQuery(name, type, { class: 3, ...options })) ?? expect.fail('silence');
}

describe('answerChaos', () => {
  it('tells version and identity as configured, in class CHAOS with TTL 0 (RFC 4892 2)', () => {
    for (const [name, text] of [
      ['version.bind.', '9'],
      ['VeRsIoN.sErVeR.', '9'],
      ['id.server.', 'fra1'],
      ['hostname.bind.', 'fra1'],
    ] as const) {
      for (const type of ['TXT', 'ANY']) {
        const answer = ask(name, type, true);
        const rdata = [text.length, ...ascii(text)];
        expect([...answer.subarray(-12 - rdata.length)], name).toEqual([
          ...[0xc0, 12, 0, 16, 0, 3, 0, 0, 0, 0, 0, rdata.length],
          ...rdata,
        ]);
        // QR and AA; one question, one answer, nothing else.
        expect([...answer.subarray(2, 12)]).toEqual([0x84, Rcode.NOERROR, 0, 1, 0, 1, 0, 0, 0, 0]);
      }
    }
  });

  it('refuses without a word of configuration, other names and other types', () => {
    const refused = [
      ask('version.bind.', 'TXT', false),
      ask('id.server.', 'TXT', false),
      ask('version.bind.', 'A', true),
      ask('authors.bind.', 'TXT', true),
      ask('version.bind.example.', 'TXT', true),
      ask('bind.', 'TXT', true),
      ask('www.example.', 'A', true),
    ];
    for (const answer of refused) {
      expect([answer[2], answer[3]! & 15, answer[7]]).toEqual([0x80, Rcode.REFUSED, 0]);
    }
  });
});
