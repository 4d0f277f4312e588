import { describe, expect, it } from 'vitest';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

const lines = [
  '@ 300 NS ns1',
  '@ 300 MX 10 Mail',
  '@ 300 MX 20 mail.example.net.',
  'ptr 300 PTR host',
  'srv 300 SRV 1 2 443 www',
  'sub 300 NS ns1.sub',
  'ns1.sub 300 A 192.0.2.1',
];
const asker = new Asker(serve([modelZone('a-long-name.example.', lines)]).tables);

/** The octets of the answer behind the question. */
function behind(name: string, type: string): Uint8Array {
  const query = buildQuery(name, type);
  return (asker.ask(query) ?? expect.fail('silence')).subarray(query.length);
}

describe('records on the wire', () => {
  it('have names of RFC 1035 types end in a pointer to the apex in the question (RFC 1035 4.1.4)', () => {
    const mx = behind('a-long-name.example.', 'MX');
    // Owner pointer, type, class, TTL, RDLENGTH 9: preference, 4 mail, pointer to octet 12.
    expect([...mx.subarray(0, 21)]).toEqual([
      0xc0, 12, 0, 15, 0, 1, 0, 0, 1, 44, 0, 9, 0, 10, 4, 0x4d, 0x61, 0x69, 0x6c, 0xc0, 12,
    ]);
    expect(behind('x.a-long-name.example.', 'A').subarray(0, 2)).toEqual(Uint8Array.of(0xc0, 14));
    expect([...behind('ptr.a-long-name.example.', 'PTR').subarray(10)]).toEqual([
      0, 7, 4, 104, 111, 115, 116, 0xc0, 16,
    ]);
  });

  it('have names of newer types in full (RFC 3597 4, RFC 2782)', () => {
    const srv = behind('srv.a-long-name.example.', 'SRV');
    expect(srv.includes(0xc0)).toBe(true);
    expect([...srv.subarray(12)].includes(0xc0)).toBe(false);
    expect(Buffer.from(srv).toString('latin1')).toContain('a-long-name');
  });

  it('keep the case that the file has in their data', () => {
    const query = buildQuery('A-LONG-name.example.', 'MX');
    const reply = readReply(asker.ask(query) ?? expect.fail('silence'));
    expect(JSON.stringify(reply.answers.map((record) => record.data))).toContain('Mail.A-LONG-name.example');
  });

  it('are owned by labels and a pointer where they are not owned by the question', () => {
    const reply = readReply(asker.ask(buildQuery('x.sub.a-long-name.example.', 'A')) ?? expect.fail('silence'));
    expect(reply.additional.map((record) => record.text)).toEqual(['ns1.sub.a-long-name.example. a 192.0.2.1']);
  });

  it('spell an owner out once: a pointer where it ends the name looked up, else to its first record (RFC 1035 4.1.4)', () => {
    const label = 'x'.repeat(63);
    const deep = `${label}.${label}`;
    const servers = [1, 2, 3].map((n) => `${deep} 300 NS ns${n}.elsewhere.test.`);
    const tables = serve([modelZone('example.', [...servers, `into 300 CNAME a.${deep}`, `${deep} 300 DS 1 13 2 00`])]);
    const own = new Asker(tables.tables);
    for (const name of [`a.${deep}.example.`, 'into.example.']) {
      const bytes = own.ask(buildQuery(name, 'A')) ?? expect.fail('silence');
      expect(bytes.length).toBeLessThan(320);
      const owners = readReply(bytes).authority.map((record) => record.name);
      expect(owners).toEqual([1, 2, 3].map(() => `${deep}.example.`));
    }
    const glue = Array.from({ length: 3 }, (_, n) => `ns.${deep} 300 A 192.0.2.${n}`);
    const glued = new Asker(serve([modelZone('example.', [`${deep} 300 NS ns.${deep}`, ...glue])]).tables);
    const reply = readReply(glued.ask(buildQuery(`a.${deep}.example.`, 'A')) ?? expect.fail('silence'));
    expect(reply).toMatchObject({ tc: false });
    expect(reply.additional.map((record) => record.name)).toEqual(glue.map(() => `ns.${deep}.example.`));
  });
});
