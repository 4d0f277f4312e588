import { describe, expect, it } from 'vitest';
import { Counter } from '../../../src/answer/counters.ts';
import { Transport } from '../../../src/answer/transaction.ts';
import { Rcode, RRType } from '../../../src/wire/codes.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { type Reply, readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

const { tables } = serve([
  modelZone('example.', ['www 300 A 192.0.2.80', 'sub 300 NS ns1.sub', 'sub 300 DS 1 13 2 00ff']),
  modelZone('sub.example.', ['www 300 A 192.0.2.81']),
]);

function ask(name: string, type = 'A', options: AskOptions = {}): Reply {
  return readReply(new Asker(tables).ask(buildQuery(name, type, options)) ?? expect.fail('silence'));
}

function raw(bytes: Uint8Array): Uint8Array | null {
  return new Asker(tables).ask(bytes);
}

describe('answerQuery', () => {
  it('refuses what is not in its zones, small (RFC 8906 4)', () => {
    const query = buildQuery('www.example.net.', 'A');
    const answer = raw(query) ?? expect.fail('silence');
    expect(answer.length).toBe(query.length);
    expect(readReply(answer)).toMatchObject({ rcode: Rcode.REFUSED, aa: false });
    expect(ask('.', 'NS').rcode).toBe(Rcode.REFUSED);
  });

  it('answers from the zone with the longest match, and a DS from the one above it (RFC 4035 3.1.4.1)', () => {
    expect(ask('www.sub.example.').answers).toHaveLength(1);
    expect(ask('sub.example.', 'DS').answers.map((record) => record.type)).toEqual([RRType.DS]);
    expect(ask('example.', 'DS')).toMatchObject({ rcode: Rcode.NOERROR, aa: true, answers: [] });
  });

  it('refuses other classes and transfers, and calls pseudo types malformed', () => {
    expect(ask('www.example.', 'A', { class: 3 }).rcode).toBe(Rcode.REFUSED);
    expect(ask('www.example.', 'A', { class: 255 }).rcode).toBe(Rcode.REFUSED);
    expect(ask('example.', 'AXFR').rcode).toBe(Rcode.REFUSED);
    expect(ask('example.', 'IXFR').rcode).toBe(Rcode.REFUSED);
    expect(ask('example.', 'OPT').rcode).toBe(Rcode.FORMERR);
  });

  it('is silent where an answer would be a loop or an attack', () => {
    const response = buildQuery('www.example.', 'A');
    response[2]! |= 0x80;
    expect(raw(response)).toBeNull();
    expect(raw(new Uint8Array(11))).toBeNull();
  });

  it('answers a broken message with its header and FORMERR', () => {
    const cut = buildQuery('www.example.', 'A').subarray(0, 20);
    expect([...(raw(cut) ?? [])].slice(2)).toEqual([0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('answers other opcodes with its header and NOTIMP, the opcode kept', () => {
    const update = buildQuery('www.example.', 'A');
    update[2] = 5 << 3;
    expect([...(raw(update) ?? [])].slice(2, 4)).toEqual([0x80 | (5 << 3), Rcode.NOTIMP]);
    expect(raw(update)).toHaveLength(12);
  });

  it('answers EDNS with EDNS, its own payload size, DO as asked (RFC 6891 6.1.1, 6.2.3)', () => {
    expect(ask('www.example.').optCount).toBe(0);
    const opt = { payload: 1232, version: 0, dnssecOk: true, flags: 0x8000 };
    expect(ask('www.example.', 'A', { edns: 4096, dnssecOk: true }).opt).toMatchObject(opt);
    expect(ask('www.example.', 'A', { edns: 4096 }).opt).toMatchObject({ dnssecOk: false, flags: 0 });
    expect(ask('www.example.net.', 'A', { edns: 4096 })).toMatchObject({ rcode: Rcode.REFUSED, optCount: 1 });
  });

  it('tells a newer EDNS which version it has (RFC 6891 6.1.3)', () => {
    expect(ask('www.example.', 'A', { edns: 1232, version: 1 })).toMatchObject({
      rcode: Rcode.BADVERS,
      answers: [],
      opt: { version: 0, options: [] },
    });
  });

  it('sends the client subnet back only if it came, with scope 0 on static data (RFC 7871 7.2.1)', () => {
    expect(ask('www.example.', 'A', { ecs: '192.0.2.0/24' }).subnet).toMatchObject({ family: 1, source: 24, scope: 0 });
    expect(ask('www.example.', 'A', { ecs: '2001:db8::/48' }).subnet).toMatchObject({
      family: 2,
      source: 48,
      scope: 0,
    });
    expect(ask('www.example.', 'A', { edns: 1232 }).subnet).toBeNull();
  });

  it('does not echo a malformed client subnet', () => {
    const data = Uint8Array.of(0, 1, 24, 8, 192, 0, 2);
    const reply = ask('www.example.', 'A', { options: [{ code: 8, data }] });
    expect(reply).toMatchObject({ rcode: Rcode.FORMERR, optCount: 1, subnet: null });
    expect(reply.questions).toHaveLength(1);
  });

  it('has no key for signed queries (RFC 8945 5.2.1)', () => {
    const tsig = [
      1, 107, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 19, 1, 97, 0, 0, 0, 1, 2, 3, 4, 1, 44, 0, 0, 9, 9, 0, 0, 0, 0,
    ];
    const signed = Uint8Array.from([...buildQuery('www.example.', 'A', { edns: 1232 }), ...tsig]);
    signed[11] = 2;
    const reply = raw(signed) ?? expect.fail('silence');
    expect([reply[3], reply[11]]).toEqual([Rcode.NOTAUTH, 2]);
    // Behind the OPT, with BADKEY for an error (5.3.2).
    expect([...reply.subarray(-tsig.length)]).toEqual(tsig.with(-3, 17));
    signed[signed.length - 1] = 1;
    expect(raw(signed)?.[3]).toBe(Rcode.FORMERR);
  });

  it('counts what it does', () => {
    const asker = new Asker(tables);
    asker.ask(buildQuery('www.example.', 'A', { ecs: '192.0.2.0/24' }));
    asker.ask(buildQuery('nope.example.', 'A'), '127.0.0.1', 1);
    asker.ask(new Uint8Array(3));
    const { counters } = asker;
    expect([
      counters[Counter.QUERIES + Transport.UDP],
      counters[Counter.QUERIES + Transport.TCP],
      counters[Counter.SILENT],
    ]).toEqual([2, 1, 1]);
    expect([counters[Counter.RCODE], counters[Counter.RCODE + Rcode.NXDOMAIN]]).toEqual([1, 1]);
    expect([counters[Counter.CLIENT_SUBNET], counters[Counter.EDNS]]).toEqual([1, 1]);
  });

  it('counts referrals, steered answers, and those for which no pool had anything to offer', () => {
    const steered = (name: string, status: string) => {
      return { name, pools: { p: { values: [`192.0.2.1 1 ${status}`] } }, rules: [{ pool: 'p' }] };
    };
    const zone = modelZone('example.', ['sub 300 NS ns.example.net.'], [steered('well', 'up'), steered('ill', 'down')]);
    const asker = new Asker(serve([zone]).tables);
    for (const name of ['well.example.', 'ill.example.', 'www.sub.example.', 'example.'])
      asker.ask(buildQuery(name, 'A'));
    const { counters } = asker;
    expect([counters[Counter.REFERRALS], counters[Counter.STEERED], counters[Counter.ALL_DOWN]]).toEqual([1, 2, 1]);
  });

  it('keeps nothing of one query for the next', () => {
    const asker = new Asker(tables);
    const fresh = new Asker(tables).ask(buildQuery('www.example.', 'A', { id: 5 }));
    asker.ask(buildQuery('x.www.example.', 'A', { ecs: '192.0.2.0/24', dnssecOk: true }));
    asker.ask(buildQuery('www.example.', 'A', { edns: 1232, version: 3 }));
    expect(asker.ask(buildQuery('www.example.', 'A', { id: 5 }))).toEqual(fresh);
  });
});
