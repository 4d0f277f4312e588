import { describe, expect, it } from 'vitest';
import { DecisionTrace } from '../../../src/decision/trace.ts';
import { packHealth, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { Rcode, RRType } from '../../../src/wire/codes.ts';
import { type AliasAddresses, buildAliasTable, openAliasTable } from '../../../src/zone/alias-table.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { type Reply, readReply } from '../../tools/dns-reply.ts';
import { Asker, type DynamicSketch, modelZone, network, serve, wireName } from '../../tools/model-zone.ts';

const STEERED: DynamicSketch = {
  name: 'www',
  ttl: 20,
  pools: {
    eu: { values: ['203.0.113.1'], fallback: 'us' },
    us: { values: ['198.51.100.1'] },
  },
  rules: [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }],
};
const LINES = [
  '@ 300 ALIAS www',
  '@ 300 NS ns1',
  'static 300 ALIAS host',
  'host 60 A 192.0.2.1',
  'host 60 A 192.0.2.2',
  'host 600 AAAA 2001:db8::1',
  'chained 300 ALIAS c1',
  'c1 50 CNAME c2',
  'c2 70 CNAME host',
  'nested 40 ALIAS static',
  '*.wild 300 ALIAS host',
  '*.made 300 A 192.0.2.3',
  'wildtarget 300 ALIAS x.made',
  'viasteered 300 ALIAS pick',
  'across 300 ALIAS www.other.',
  'outside 300 ALIAS www.elsewhere.test.',
  'gone 300 ALIAS nowhere',
  'self 300 ALIAS self',
  'loop 300 ALIAS l1',
  'l1 300 CNAME l2',
  'l2 300 CNAME l1',
  'below 300 ALIAS x.sub',
  'sub 300 NS ns.sub',
];
const PICK: DynamicSketch = {
  name: 'pick',
  type: 'CNAME',
  ttl: 25,
  values: ['host.example.'],
  pools: { all: { values: ['host.example.'] } },
  rules: [{ pool: 'all' }],
};

const other = modelZone(
  'other.',
  ['@ 300 NS ns1'],
  [{ ...STEERED, pools: { us: { values: ['198.51.100.9'] } }, rules: [{ pool: 'us' }] }],
);
const { tables, registry, slotOf } = serve(
  [modelZone('example.', LINES, [STEERED, PICK]), other],
  [network('100.0.0.0/8', 'DE')],
);
const asker = new Asker(tables);

function ask(name: string, type = 'A', options: AskOptions = {}, client = '127.0.0.1'): Reply {
  return readReply(asker.ask(buildQuery(name, type, options), client, 1) ?? expect.fail('silence'));
}

const told = ({ answers }: Reply) => answers.map((record) => `${record.ttl} ${record.text}`).sort();

describe('ALIAS', () => {
  it('has the addresses of a static target, with the lower TTL, and no record of its own', () => {
    expect(told(ask('static.example.'))).toEqual(['60 static.example. a 192.0.2.1', '60 static.example. a 192.0.2.2']);
    expect(told(ask('static.example.', 'AAAA'))).toEqual(['300 static.example. aaaa 2001:db8::1']);
    expect(ask('static.example.')).toMatchObject({ rcode: Rcode.NOERROR, aa: true, authority: [] });
  });

  it('follows CNAMEs, other aliases and wildcards, silently and with the lowest TTL on the way', () => {
    expect(told(ask('chained.example.'))[0]).toBe('50 chained.example. a 192.0.2.1');
    expect(told(ask('nested.example.'))[0]).toBe('40 nested.example. a 192.0.2.1');
    expect(told(ask('viasteered.example.'))[0]).toBe('25 viasteered.example. a 192.0.2.1');
    expect(told(ask('wildtarget.example.'))).toEqual(['300 wildtarget.example. a 192.0.2.3']);
    expect(told(ask('any.wild.example.'))[0]).toBe('60 any.wild.example. a 192.0.2.1');
  });

  it('is steered as its target is: by place, with the scope of that, at the apex too', () => {
    const scopeOf = (name: string) => {
      const reply = ask(name, 'A', { ecs: '100.1.2.0/24' });
      expect(told(reply)).toEqual([`20 ${name} a 203.0.113.1`]);
      return asker.tx.scope;
    };
    expect(scopeOf('example.')).toBe(scopeOf('www.example.'));
    expect(asker.tx.scope).toBeGreaterThan(0);
    expect(told(ask('example.', 'A', {}, '100.1.2.3'))).toEqual(['20 example. a 203.0.113.1']);
    expect(told(ask('example.'))).toEqual(['20 example. a 198.51.100.1']);
  });

  it('follows the health of its target', () => {
    const word = registry.table[slotOf('203.0.113.1')]!;
    registry.table[slotOf('203.0.113.1')] = packHealth({ ...unpackHealth(word), verdict: Verdict.DOWN, barred: true });
    expect(told(ask('example.', 'A', {}, '100.1.2.3'))).toEqual(['20 example. a 198.51.100.1']);
    registry.table[slotOf('203.0.113.1')] = word;
  });

  it('reaches a target in another zone of this server', () => {
    expect(told(ask('across.example.'))).toEqual(['20 across.example. a 198.51.100.9']);
  });

  it('has no data where the target has none, is delegated or outside, and the SOA is that of its own zone', () => {
    for (const name of ['gone', 'outside', 'below']) {
      const reply = ask(`${name}.example.`);
      expect([reply.rcode, reply.answers.length], name).toEqual([Rcode.NOERROR, 0]);
      expect(
        reply.authority.map((record) => `${record.type} ${record.name}`),
        name,
      ).toEqual([`${RRType.SOA} example.`]);
    }
    expect(ask('across.example.', 'AAAA').authority.map((record) => record.name)).toEqual(['example.']);
  });

  it('has the addresses that a resolver gave for a target outside, and is SERVFAIL while they are not known', () => {
    const name = wireName('www.elsewhere.test.');
    const a = { ttlSeconds: 90, addresses: [Uint8Array.of(192, 0, 2, 7), Uint8Array.of(192, 0, 2, 8)] };
    const asked = (aaaa: AliasAddresses | null, type: string) => {
      const aliasTargets = openAliasTable(buildAliasTable([{ name, a, aaaa }]));
      const query = buildQuery('outside.example.', type);
      return readReply(new Asker({ ...tables, aliasTargets }).ask(query, '127.0.0.1', 1) ?? expect.fail('silence'));
    };
    expect(told(asked(null, 'A'))).toEqual(['90 outside.example. a 192.0.2.7', '90 outside.example. a 192.0.2.8']);
    expect(asked(null, 'AAAA')).toMatchObject({ rcode: Rcode.SERVFAIL, answers: [] });
    expect(asked({ ttlSeconds: 9, addresses: [] }, 'AAAA')).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
  });

  it('that never ends is SERVFAIL', () => {
    expect(ask('self.example.').rcode).toBe(Rcode.SERVFAIL);
    expect(ask('loop.example.').rcode).toBe(Rcode.SERVFAIL);
  });

  it('cannot be asked for, and leaves the other types of its name alone', () => {
    expect(ask('static.example.', 'TXT')).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
    expect(ask('static.example.', 'ANY')).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
    expect(ask('example.', 'NS').answers).toHaveLength(1);
  });

  it('is told by an explanation: where it leads and what was decided there', () => {
    const trace = new DecisionTrace();
    asker.ask(buildQuery('example.', 'A'), '127.0.0.1', 1, trace);
    asker.tx.trace = null;
    expect(trace.path.map(({ name, found }) => `${name} ${found}`)).toEqual([
      'example. exists',
      'www.example. alias target',
    ]);
    expect(trace.steps.map(({ name, chosen }) => `${name} ${chosen.join()}`)).toEqual(['www.example. 198.51.100.1']);
  });
});
