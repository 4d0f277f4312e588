/**
 * Static data as clients see it, over UDP and TCP: dig and kdig read every type and every shape of answer, and two decoders of
 * Node read the same answers. Expectations are in test/vectors/static-answers.ts.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeCode } from '../../src/wire/codes.ts';
import { type DigRecord, type DigReply, dig } from '../tools/dig.ts';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';
import { STATIC_ANSWERS, STATIC_ORIGIN, STATIC_SETS } from '../vectors/static-answers.ts';

const ZONE = readFileSync(join(import.meta.dirname, '../vectors/zones/static.test.yaml'), 'utf8');
const NEGATIVE_TTL = 60;
/** RDATA of these types ends in hexadecimal or base64 that clients break with spaces: fields before it. */
const FIELDS_BEFORE_BLOB: Readonly<Record<string, number>> = { DS: 3, TLSA: 3, SSHFP: 2, OPENPGPKEY: 0 };
const CLIENTS = ['dig', 'kdig'] as const;
const WAYS = [
  ['UDP', []],
  ['TCP', ['+tcp']],
] as const;

let server: MeridianProcess;

beforeAll(async () => {
  server = await startServe({ zones: { 'static.test.yaml': ZONE } });
});
afterAll(async () => {
  expect(await server.stop()).toMatchObject({ code: 0 });
});

function absolute(owner: string): string {
  return owner === '@' ? STATIC_ORIGIN : `${owner}.${STATIC_ORIGIN}`;
}

/** One form for what clients print differently: quotes, escaped semicolons, blobs in pieces, `10m` for `10.00m`, case. */
function plainRdata(type: string, rdata: string): string {
  const text = rdata
    .replaceAll('"', '')
    .replaceAll('\\;', ';')
    .replaceAll(/\.00m\b/g, 'm');
  const before = FIELDS_BEFORE_BLOB[type];
  if (before === undefined) return type === 'AAAA' ? canonicalAddress(text) : text.toLowerCase();
  const fields = text.split(' ');
  const blob = fields.slice(before).join('');
  return [...fields.slice(0, before), type === 'OPENPGPKEY' ? blob : blob.toLowerCase()].join(' ');
}

function canonicalAddress(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function lineOf(record: DigRecord): string {
  return `${record.name.toLowerCase()} ${record.ttl} ${record.type} ${plainRdata(record.type, record.rdata)}`;
}

function linesOf(records: readonly DigRecord[]): string[] {
  return records.map(lineOf).sort();
}

function wantedLines(lines: readonly string[]): string[] {
  return lines
    .map((line) => {
      const [name, ttl, type, ...rdata] = line.split(' ');
      return `${name!.toLowerCase()} ${ttl} ${type} ${plainRdata(type!, rdata.join(' '))}`;
    })
    .sort();
}

function expectSoa(reply: DigReply): void {
  expect(
    reply.authority.map((record) => [record.name, record.type, record.ttl]),
    reply.output,
  ).toEqual([[STATIC_ORIGIN, 'SOA', NEGATIVE_TTL]]);
}

describe.each(CLIENTS)('%s', (client) => {
  describe.skipIf(findTool(client) === null).each(WAYS)(`over %s (skipped without ${client})`, (way, options) => {
    it.each(STATIC_SETS)('reads %s %s', async (owner, type, ttl, rdata) => {
      const reply = await dig(client, server, absolute(owner), type, options);
      expect(reply.status, reply.output).toBe('NOERROR');
      expect([...reply.flags].sort()).toEqual(['aa', 'qr']);
      expect(linesOf(reply.answers), reply.output).toEqual(
        wantedLines(rdata.map((value) => `${absolute(owner)} ${ttl} ${type} ${value}`)),
      );
    });

    it.each(STATIC_ANSWERS)('$promise ($name $type)', async (wanted) => {
      const reply = await dig(client, server, absolute(wanted.name), wanted.type, options);
      expect(reply.status, reply.output).toBe(wanted.status);
      expect(reply.flags.has('aa'), reply.output).toBe(wanted.aa);
      expect(linesOf(reply.answers), reply.output).toEqual(wantedLines(wanted.answers));
      if (wanted.authority === 'soa') expectSoa(reply);
      else if (Array.isArray(wanted.authority)) expect(linesOf(reply.authority)).toEqual(wantedLines(wanted.authority));
      if (wanted.additional) expect(linesOf(reply.additional), reply.output).toEqual(wantedLines(wanted.additional));
    });

    it('is referred to DNS elsewhere with REFUSED', async () => {
      const reply = await dig(client, server, 'www.example.com.', 'A', options);
      expect([reply.status, reply.flags.has('aa'), reply.answers.length, reply.authority.length]).toEqual([
        'REFUSED',
        false,
        0,
        0,
      ]);
    });

    it('reads the synthesised SOA', async () => {
      const reply = await dig(client, server, STATIC_ORIGIN, 'SOA', options);
      expect(
        reply.answers.map((record) => record.type),
        reply.output,
      ).toEqual(['SOA']);
      expect(reply.answers[0]!.rdata).toMatch(/^\S+\. \S+\. \d+ 3600 900 604800 60$/);
    });

    it('gets large answers whole over TCP and cut over UDP', async () => {
      const plain = await dig(client, server, absolute('medium'), 'TXT', [...options, '+ignore', '+noedns']);
      const large = await dig(client, server, absolute('large'), 'TXT', [...options, '+ignore', '+bufsize=4096']);
      const medium = await dig(client, server, absolute('medium'), 'TXT', [...options, '+ignore', '+bufsize=1232']);
      expect([plain, large, medium].map((reply) => reply.flags.has('tc'))).toEqual(
        way === 'UDP' ? [true, true, false] : [false, false, false],
      );
      expect(medium.answers).toHaveLength(5);
      if (way === 'TCP') expect([plain.answers.length, large.answers.length]).toEqual([5, 10]);
    });
  });
});

describe('dns-packet and dns2', () => {
  const questions = [
    ...STATIC_SETS.map(([owner, type]) => [owner, type] as const),
    ...STATIC_ANSWERS.map((wanted) => [wanted.name, wanted.type] as const),
    ['loopa', 'A'],
    ['medium', 'TXT'],
    ['large', 'TXT'],
    ['@', 'ANY'],
    ['@', 'SOA'],
  ] as const;

  it.each(questions)('read alike the answer to %s %s, over UDP and TCP, with EDNS and without', async (owner, type) => {
    for (const tcp of [false, true]) {
      const plain = await ask(server, absolute(owner), type, { tcp });
      const extended = await ask(server, absolute(owner), type, { tcp, edns: 1232 });
      expect([plain.optCount, extended.optCount]).toEqual([0, 1]);
      if (!plain.tc && !extended.tc) {
        expect(extended.answers.map((record) => record.text).sort()).toEqual(
          plain.answers.map((record) => record.text).sort(),
        );
      }
      if (!tcp) expect(plain.bytes.length).toBeLessThanOrEqual(512);
      if (!tcp) expect(extended.bytes.length).toBeLessThanOrEqual(1232);
    }
  });

  it('read alias chains in the order in which they are followed', async () => {
    const reply = await ask(server, absolute('chain1'), 'A', { edns: 1232 });
    const types = reply.answers.map((record) => record.type);
    expect(types).toEqual([...Array(4).fill(typeCode('CNAME')), ...Array(3).fill(typeCode('A'))]);
  });

  it('see the case of the question kept', async () => {
    const reply = await ask(server, 'A.sTaTiC.tEsT.', 'A');
    expect(reply.questions[0]!.name).toBe('A.sTaTiC.tEsT.');
    expect(reply.answers).toHaveLength(3);
  });

  it('see whole RRsets or none of them in a cut answer', async () => {
    const reply = await ask(server, absolute('large'), 'TXT', { edns: 1232 });
    expect(reply.tc).toBe(true);
    expect([0, 10]).toContain(reply.answers.length);
  });
});
