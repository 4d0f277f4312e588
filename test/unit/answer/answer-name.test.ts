import { describe, expect, it } from 'vitest';
import { Rcode, RRType } from '../../../src/wire/codes.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { type Reply, readReply } from '../../tools/dns-reply.ts';
import { Asker, type DynamicSketch, modelZone, network, serve } from '../../tools/model-zone.ts';

const LINES = [
  '@ 300 NS ns1',
  '@ 300 NS ns.example.net.',
  'ns1 300 A 192.0.2.53',
  'www 300 A 192.0.2.80',
  'www 300 A 192.0.2.81',
  'alias 300 CNAME www',
  'chain 300 CNAME alias',
  'out 300 CNAME www.example.net.',
  'gone 300 CNAME nowhere',
  'loopa 300 CNAME loopb',
  'loopb 300 CNAME loopa',
  'self 300 CNAME self',
  '*.wild 300 A 192.0.2.90',
  '*.walias 300 CNAME www',
  'x.y.wild 300 A 192.0.2.91',
  'a.b.ent 300 A 192.0.2.92',
  'dn 300 DNAME ent',
  'grow 300 DNAME a.grow',
  'sub 300 NS ns1.sub',
  'sub 300 NS ns.example.net.',
  'sub 300 DS 12345 13 2 49FD46E6C4B45C55D4AC69CBD3CD34AC1AFE51DE0123456789ABCDEF01234567',
  'ns1.sub 300 A 192.0.2.54',
  'ns1.sub 300 AAAA 2001:db8::54',
  'into 300 CNAME deep.sub',
];

function asker(lines: readonly string[] = LINES, dynamics: readonly DynamicSketch[] = []) {
  const { tables } = serve([modelZone('example.', lines, dynamics)], [network('100.0.0.0/8', 'DE')]);
  const asked = new Asker(tables);
  return (name: string, type = 'A', options: AskOptions = {}): Reply =>
    readReply(asked.ask(buildQuery(name, type, options), '127.0.0.1', options.tcp ? 1 : 0) ?? expect.fail('silence'));
}

const texts = (records: Reply['answers']) => records.map((record) => record.text).sort();
const ask = asker();

describe('data of the zone', () => {
  it('is answered with authority, minimal', () => {
    const reply = ask('WWW.example.', 'A');
    expect(reply).toMatchObject({ rcode: Rcode.NOERROR, aa: true, tc: false });
    expect(texts(reply.answers)).toEqual(['www.example. a 192.0.2.80', 'www.example. a 192.0.2.81']);
    expect(reply.authority).toEqual([]);
    expect(reply.additional).toEqual([]);
  });

  it('keeps the case of the question in every owner', () => {
    expect(ask('wWw.ExAmPlE.').answers.map((record) => record.name)).toEqual(['wWw.ExAmPlE.', 'wWw.ExAmPlE.']);
  });

  it('of another type is NODATA with the SOA, its TTL the smaller of two (RFC 2308)', () => {
    const reply = ask('www.example.', 'AAAA');
    expect([reply.rcode, reply.aa, reply.answers]).toEqual([Rcode.NOERROR, true, []]);
    expect(reply.authority.map((record) => [record.type, record.ttl])).toEqual([[RRType.SOA, 60]]);
  });

  it('that does not exist is NXDOMAIN, but an empty non-terminal is NODATA (RFC 8020)', () => {
    expect(ask('nope.example.').rcode).toBe(Rcode.NXDOMAIN);
    expect(ask('nope.example.').authority).toHaveLength(1);
    expect(ask('ent.example.').rcode).toBe(Rcode.NOERROR);
    expect(ask('b.ent.example.').rcode).toBe(Rcode.NOERROR);
    expect(ask('c.ent.example.').rcode).toBe(Rcode.NXDOMAIN);
    expect(ask('x.a.b.ent.example.').rcode).toBe(Rcode.NXDOMAIN);
    expect(ask(`${'a.'.repeat(100)}example.`).rcode).toBe(Rcode.NXDOMAIN);
  });

  it('includes the SOA and the NS at the apex', () => {
    expect(texts(ask('example.', 'SOA').answers)).toEqual([
      'example. soa ns1.example. host.example. 1 3600 900 604800 60',
    ]);
    expect(ask('example.', 'NS')).toMatchObject({ aa: true, authority: [], additional: [] });
    expect(ask('example.', 'NS').answers).toHaveLength(2);
  });

  it('is one RRset for ANY (RFC 8482)', () => {
    const types = new Set(ask('ns1.sub.example.', 'ANY').authority.map((record) => record.type));
    expect(types).toEqual(new Set([RRType.NS]));
    expect(new Set(ask('example.', 'ANY').answers.map((record) => record.type)).size).toBe(1);
    expect(ask('alias.example.', 'ANY').answers.map((record) => record.type)).toEqual([RRType.CNAME]);
    expect(ask('ent.example.', 'ANY').authority.map((record) => record.type)).toEqual([RRType.SOA]);
  });
});

describe('wildcards (RFC 4592)', () => {
  it('answer for names that do not exist, owned by the name asked', () => {
    expect(texts(ask('q.wild.example.').answers)).toEqual(['q.wild.example. a 192.0.2.90']);
    expect(texts(ask('p.q.wild.example.').answers)).toEqual(['p.q.wild.example. a 192.0.2.90']);
    expect(ask('q.wild.example.', 'AAAA').rcode).toBe(Rcode.NOERROR);
  });

  it('do not answer below a name that exists, even an empty one (the closest encloser rule)', () => {
    expect(ask('y.wild.example.')).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
    expect(ask('z.y.wild.example.').rcode).toBe(Rcode.NXDOMAIN);
    expect(ask('z.x.y.wild.example.').rcode).toBe(Rcode.NXDOMAIN);
    expect(ask('wild.example.')).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
  });

  it('answer when asked for by their own name', () => {
    expect(texts(ask('*.wild.example.').answers)).toEqual(['*.wild.example. a 192.0.2.90']);
  });

  it('may be aliases', () => {
    expect(texts(ask('q.walias.example.').answers)).toContain('q.walias.example. cname www.example.');
    expect(ask('q.walias.example.').answers).toHaveLength(3);
  });
});

describe('CNAME chains (RFC 1034 3.6.2)', () => {
  it('are followed inside the zone', () => {
    expect(texts(ask('chain.example.').answers)).toEqual([
      'alias.example. cname www.example.',
      'chain.example. cname alias.example.',
      'www.example. a 192.0.2.80',
      'www.example. a 192.0.2.81',
    ]);
    expect(ask('chain.example.', 'CNAME').answers).toHaveLength(1);
  });

  it('end outside of it, with the rcode of the last name known', () => {
    expect(ask('out.example.')).toMatchObject({ rcode: Rcode.NOERROR, authority: [] });
    expect(texts(ask('out.example.').answers)).toEqual(['out.example. cname www.example.net.']);
    expect(ask('gone.example.')).toMatchObject({ rcode: Rcode.NXDOMAIN, aa: true });
    expect(ask('gone.example.').authority).toHaveLength(1);
    expect(ask('chain.example.', 'AAAA').authority.map((record) => record.type)).toEqual([RRType.SOA]);
  });

  it('stop at a loop with what was followed so far', () => {
    expect(texts(ask('loopa.example.').answers)).toEqual([
      'loopa.example. cname loopb.example.',
      'loopb.example. cname loopa.example.',
    ]);
    expect(texts(ask('self.example.').answers)).toEqual(['self.example. cname self.example.']);
  });

  it('stop after eight steps', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `c${i} 60 CNAME c${i + 1}`);
    const askChain = asker([...lines, 'c20 60 A 192.0.2.1']);
    expect(askChain('c0.example.').answers).toHaveLength(8);
    expect(texts(askChain('c11.example.').answers).at(-1)).toBe('c18.example. cname c19.example.');
    expect(texts(askChain('c12.example.').answers).at(-1)).toBe('c20.example. a 192.0.2.1');
    expect(askChain('c12.example.', 'AAAA').authority.map(({ type }) => type)).toEqual([RRType.SOA]);
  });

  it('into a delegation end in the referral', () => {
    const reply = ask('into.example.');
    expect(reply).toMatchObject({ aa: true, rcode: Rcode.NOERROR });
    expect(texts(reply.answers)).toEqual(['into.example. cname deep.sub.example.']);
    expect(reply.authority.map((record) => record.name)).toEqual(['sub.example.', 'sub.example.']);
  });
});

describe('DNAME (RFC 6672)', () => {
  it('makes a CNAME for names below, not for its own', () => {
    expect(texts(ask('a.b.dn.example.').answers)).toEqual([
      'a.b.dn.example. cname a.b.ent.example.',
      'a.b.ent.example. a 192.0.2.92',
      'dn.example. dname ent.example.',
    ]);
    expect(ask('dn.example.')).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
    expect(texts(ask('dn.example.', 'DNAME').answers)).toEqual(['dn.example. dname ent.example.']);
    expect(ask('zz.dn.example.')).toMatchObject({ rcode: Rcode.NXDOMAIN });
  });

  it('that would make the name too long is YXDOMAIN', () => {
    const name = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(59)}.dn.example.`;
    expect(ask(name, 'A', { tcp: true })).toMatchObject({ rcode: Rcode.YXDOMAIN, aa: true });
  });

  it('that makes names shorter is followed again, and answered once', () => {
    const shrunk = texts(asker(['u.u 300 DNAME u', 'a.u 300 A 192.0.2.7'])('a.u.u.u.example.').answers);
    expect(shrunk).toEqual([
      'a.u.example. a 192.0.2.7',
      'a.u.u.example. cname a.u.example.',
      'a.u.u.u.example. cname a.u.u.example.',
      'u.u.example. dname u.example.',
    ]);
  });

  it('that leads to its own name and is asked for stands in the answer once', () => {
    const askLoop = asker(['c.b 300 DNAME b']);
    for (const type of ['DNAME', 'ANY']) {
      expect(texts(askLoop('c.c.b.example.', type).answers)).toEqual([
        'c.b.example. dname b.example.',
        'c.c.b.example. cname c.b.example.',
      ]);
    }
    // RFC 4592 4.4 leaves a DNAME at a wildcard open: asked for by name it is data, as NSD has it.
    expect(texts(asker(['*.b 300 DNAME b'])('d.*.b.example.', 'DNAME').answers)).toEqual([
      '*.b.example. dname b.example.',
      'd.*.b.example. cname d.b.example.',
      'd.b.example. dname b.example.',
    ]);
  });

  it('that makes names grow is followed once', () => {
    expect(texts(ask('x.grow.example.').answers)).toEqual([
      'grow.example. dname a.grow.example.',
      'x.grow.example. cname x.a.grow.example.',
    ]);
  });
});

describe('delegations', () => {
  it('are referred to without authority, with the glue below them (RFC 9471)', () => {
    for (const name of ['sub.example.', 'www.sub.example.', 'ns1.sub.example.']) {
      const reply = ask(name);
      expect(reply).toMatchObject({ aa: false, rcode: Rcode.NOERROR, answers: [] });
      expect(texts(reply.authority)).toEqual(['sub.example. ns ns.example.net.', 'sub.example. ns ns1.sub.example.']);
      expect(texts(reply.additional)).toEqual(['ns1.sub.example. a 192.0.2.54', 'ns1.sub.example. aaaa 2001:db8::54']);
    }
  });

  it('have their DS in the parent (RFC 4035 3.1.4.1)', () => {
    expect(ask('sub.example.', 'DS')).toMatchObject({ aa: true, rcode: Rcode.NOERROR });
    expect(ask('sub.example.', 'DS').answers.map((record) => record.type)).toEqual([RRType.DS]);
    expect(ask('x.sub.example.', 'DS')).toMatchObject({ aa: false, answers: [] });
  });

  it('with more needed glue than fits are truncated (RFC 9471 3.1)', () => {
    const lines = Array.from({ length: 13 }, (_, i) => [
      `s 60 NS n${i}.s`,
      `n${i}.s 60 A 192.0.2.${i}`,
      `n${i}.s 60 AAAA 2001:db8::${i}`,
    ]);
    const askWide = asker(lines.flat());
    expect(askWide('x.s.example.').tc).toBe(true);
    expect(askWide('x.s.example.', 'A', { edns: 1232 })).toMatchObject({ tc: false });
    expect(askWide('x.s.example.', 'A', { edns: 1232 }).additional).toHaveLength(26);
  });

  it('with helpful glue that does not fit leave it out', () => {
    const lines = Array.from({ length: 12 }, (_, i) => [
      `s 60 NS n${i}`,
      `n${i} 60 A 192.0.2.${i}`,
      `n${i} 60 AAAA 2001:db8::${i}`,
    ]);
    const reply = asker(lines.flat())('x.s.example.');
    expect(reply.tc).toBe(false);
    expect(reply.authority).toHaveLength(12);
    expect(reply.additional.length).toBeLessThan(24);
  });
});

describe('truncation', () => {
  const big = Array.from({ length: 40 }, (_, i) => `big 60 TXT "${String(i).padStart(100, 'x')}"`);
  const askBig = asker([...big, 'to 60 CNAME big']);

  it('drops whole RRsets and keeps the OPT (RFC 6891 6.2.5, RFC 2181 9)', () => {
    const reply = askBig('big.example.', 'TXT', { edns: 1232 });
    expect(reply).toMatchObject({ tc: true, answers: [], optCount: 1 });
    expect(askBig('to.example.', 'TXT')).toMatchObject({ tc: true });
    expect(texts(askBig('to.example.', 'TXT').answers)).toEqual(['to.example. cname big.example.']);
  });

  it('does not happen over TCP', () => {
    expect(askBig('big.example.', 'TXT', { tcp: true })).toMatchObject({ tc: false });
    expect(askBig('big.example.', 'TXT', { tcp: true }).answers).toHaveLength(40);
  });
});

describe('steered names', () => {
  const pools = { eu: { values: ['192.0.2.1'] }, us: { values: ['192.0.2.2'] } };
  const rules = [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }];
  const names = {
    eu: { values: ['a.example.'] },
    us: { values: ['www.example.net.'] },
  };
  const steered: DynamicSketch[] = [
    { name: 'a', pools, rules },
    { name: '*.w', pools, rules },
    { name: 'c', type: 'CNAME', values: ['www.example.'], pools: names, rules },
  ];
  const askSteered = asker(['alias 60 CNAME a', 'www 60 A 192.0.2.80'], steered);
  const european = { ecs: '100.1.2.0/24' };

  it('answer by the place of the client, with the scope on which it rests (RFC 7871 7.2.1)', () => {
    expect(texts(askSteered('a.example.', 'A', european).answers)).toEqual(['a.example. a 192.0.2.1']);
    expect(askSteered('a.example.', 'A', european).subnet).toMatchObject({ source: 24, scope: 8 });
    expect(texts(askSteered('a.example.', 'A', { ecs: '9.0.0.0/24' }).answers)).toEqual(['a.example. a 192.0.2.2']);
    expect(askSteered('a.example.', 'A', {}).subnet).toBeNull();
  });

  it('have NODATA for other types whoever asks, with scope 0', () => {
    const reply = askSteered('a.example.', 'AAAA', european);
    expect(reply).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
    expect(reply.subnet?.scope).toBe(0);
  });

  it('may be wildcards and ends of chains', () => {
    expect(texts(askSteered('x.w.example.', 'A', european).answers)).toEqual(['x.w.example. a 192.0.2.1']);
    expect(texts(askSteered('alias.example.', 'A', european).answers)).toEqual([
      'a.example. a 192.0.2.1',
      'alias.example. cname a.example.',
    ]);
    expect(askSteered('alias.example.', 'A', european).subnet?.scope).toBe(8);
  });

  it('may be CNAMEs, followed into the zone and with the longest scope of all steps', () => {
    expect(texts(askSteered('c.example.', 'A', european).answers)).toEqual([
      'a.example. a 192.0.2.1',
      'c.example. cname a.example.',
    ]);
    expect(texts(askSteered('c.example.', 'A', { ecs: '9.0.0.0/24' }).answers)).toEqual([
      'c.example. cname www.example.net.',
    ]);
    expect(askSteered('c.example.', 'A', { ecs: '9.0.0.0/24' }).subnet?.scope).toBe(7);
  });
});
