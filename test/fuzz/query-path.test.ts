/**
 * Random and mutated packets through `answerQuery`, seeded: no exception, no answer to a response, no answer longer than
 * its transport allows, every answer readable. A failure names the seed and the packet.
 */

import { describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../src/answer/answer-policy.ts';
import { createLivePolicy, setCookieSecrets, setHeld } from '../../src/answer/live-policy.ts';
import { Transport } from '../../src/answer/transaction.ts';
import { RandomStream } from '../../src/base/random.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../src/health/health-table.ts';
import { EdnsOption, Rcode } from '../../src/wire/codes.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { Asker, modelZone, network, serve } from '../tools/model-zone.ts';
import { craftOpt, craftQuery } from '../tools/packet-case.ts';
import { optionHex } from '../tools/reply-options.ts';

const SEED = 20_261_122;
const PACKETS = 200_000;
/** Decoding is slower than answering: one answer in so many is read by foreign decoders. */
const DECODE_EVERY = 20;

const pools = { eu: { fallback: 'us', values: ['192.0.2.1', '192.0.2.2 5'] }, us: { values: ['192.0.2.3'] } };
const rules = [{ subnets: ['10.0.0.0/8'], pool: 'us' }, { geos: ['EU'], pool: 'eu' }, { pool: 'us' }];
const lines = [
  '@ 300 NS ns1',
  'ns1 300 A 192.0.2.53',
  'big 300 TXT "x"',
  ...Array.from({ length: 30 }, (_, i) => `big 300 TXT "${'y'.repeat(90 + i)}"`),
  'alias 300 CNAME www',
  'dn 300 DNAME www',
  'sub 300 NS ns.sub',
  'ns.sub 300 AAAA 2001:db8::1',
  '*.wild 300 MX 10 mail',
];

const NSID_ASKED = { code: EdnsOption.NSID, data: new Uint8Array() };

/** Well-formed questions to start from. */
const SEEDS = [
  buildQuery('www.example.', 'A', { ecs: '100.1.2.0/24' }),
  buildQuery('www.example.', 'AAAA', { ecs: '2001:db8::/56', dnssecOk: true }),
  buildQuery('x.wild.example.', 'MX', { edns: 1232, cookie: '0011223344556677' }),
  buildQuery('big.example.', 'TXT', { edns: 512 }),
  buildQuery('a.b.sub.example.', 'A'),
  buildQuery('a.dn.example.', 'A', { edns: 4096 }),
  buildQuery('alias.example.', 'ANY'),
  buildQuery('example.', 'SOA', { edns: 1232, version: 1 }),
  buildQuery('nope.example.net.', 'NS'),
  buildQuery('www.example.', 'A', {
    cookie: '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
    options: [NSID_ASKED],
  }),
  buildQuery('version.bind.', 'TXT', { class: 3, options: [NSID_ASKED] }),
  craftQuery({ additional: [craftOpt({ options: [[EdnsOption.COOKIE, new Uint8Array(8)]] })] }),
];

/** What options of every length are made of; some are known, and one comes twice. */
const OPTION_CODES = [...Object.values(EdnsOption), EdnsOption.COOKIE, 65001];

/** A good question under an OPT of options that may be anything. */
function optioned(random: RandomStream): Uint8Array {
  const options = Array.from({ length: random.nextBelow(7) }, () => {
    const length = random.nextBelow(4) === 0 ? random.nextBelow(300) : random.nextBelow(4) * 8;
    return [OPTION_CODES[random.nextBelow(OPTION_CODES.length)]!, noise(random, length)] as const;
  });
  const name = ['www.example', 'big.example', 'none.example', 'version.bind'][random.nextBelow(4)]!;
  const questions = random.nextBelow(8) === 0 ? [] : [[name, 16, random.nextBelow(4) === 0 ? 3 : 1] as const];
  const size = [0, 512, 600, 1232, 65535][random.nextBelow(5)]!;
  return craftQuery({ questions, additional: [craftOpt({ size, options })] });
}

/** A packet: noise, or a good query with some octets changed, cut, doubled or joined to another. */
function packet(random: RandomStream): Uint8Array {
  if (random.nextBelow(6) === 0) return optioned(random);
  if (random.nextBelow(10) === 0) return noise(random, random.nextBelow(600));
  let bytes = Uint8Array.from(SEEDS[random.nextBelow(SEEDS.length)]!);
  for (let edits = random.nextBelow(6); edits > 0; edits--) {
    const at = random.nextBelow(Math.max(1, bytes.length));
    switch (random.nextBelow(6)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...noise(random, 8), ...bytes.subarray(at)]);
        break;
      case 2:
        bytes = Uint8Array.from([...bytes, ...SEEDS[random.nextBelow(SEEDS.length)]!.subarray(at)]);
        break;
      default:
        if (bytes.length > 0) bytes[at] = random.nextBelow(4) === 0 ? 0xc0 : random.nextBelow(256);
    }
  }
  return bytes;
}

function noise(random: RandomStream, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.nextBelow(256));
}

describe(`the query path under seed ${SEED}`, () => {
  it(`survives ${PACKETS} packets with every promise kept`, () => {
    const model = modelZone('example.', lines, [{ name: 'www', pools, rules, answers: 2 }]);
    const { tables } = serve([model], [network('100.0.0.0/8', 'DE')]);
    const random = new RandomStream(SEED);
    const asker = new Asker(tables);
    const live = createLivePolicy();
    setCookieSecrets(live, [Buffer.from('e5e973e5a6b2a43f48e7dc849e37bfcf', 'hex')]);
    const shown = new TextEncoder().encode('x'.repeat(64));
    asker.tx.policy = { ...PLAIN_POLICY, serverId: shown, version: shown, live };
    asker.tx.nowSeconds = 1_559_731_985;
    const down = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });
    let answered = 0;
    for (let i = 0; i < PACKETS; i++) {
      const query = packet(random);
      const transport = random.nextBelow(4) === 0 ? 1 + random.nextBelow(3) : Transport.UDP;
      setHeld(live, random.nextBelow(2) === 0);
      tables.health[random.nextBelow(3)] = random.nextBelow(2) === 0 ? down : UNKNOWN_WORD;
      const where = `packet ${i}: ${Buffer.from(query).toString('hex')}`;
      const answer = asker.ask(query, '192.0.2.77', transport);
      if (answer === null) {
        expect(query.length < 12 || (query[2]! & 0x80) !== 0, where).toBe(true);
        continue;
      }
      answered++;
      // Cheap comparisons first: `expect` costs more than an answer.
      if (query.length < 12 || (query[2]! & 0x80) !== 0) expect.fail(`answered a response or a runt: ${where}`);
      if (answer[0] !== query[0] || answer[1] !== query[1] || (answer[2]! & 0x80) === 0)
        expect.fail(`bad header: ${where}`);
      if (transport === Transport.UDP && answer.length > 1232) expect.fail(`too long: ${where}`);
      if (transport === Transport.UDP && answer[11] === 0 && answer.length > 512) expect.fail(`too long: ${where}`);
      const isError = ![Rcode.NOERROR, Rcode.NXDOMAIN].includes((answer[3]! & 15) as 0);
      const hasCookie = optionHex(answer, EdnsOption.COOKIE) !== null;
      if (transport === Transport.UDP && isError && !hasCookie && answer.length > Math.max(query.length, 12))
        expect.fail(`an error longer than its query: ${where}`);
      if (i % DECODE_EVERY === 0) readable(answer, where);
    }
    expect(answered).toBeGreaterThan(PACKETS / 2);
  });
});

/** dns2 reads an IPv6 Client Subnet of an odd number of octets beyond its end; such answers are left to dns-packet's tests. */
function readable(answer: Uint8Array, where: string): void {
  try {
    readReply(answer);
  } catch (error) {
    if (error instanceof Error && error.message.includes('read past end of message')) return;
    expect.fail(`${error instanceof Error ? error.message : String(error)}: ${where}`);
  }
}
