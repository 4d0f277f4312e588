import { beforeEach, describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../../src/answer/answer-policy.ts';
import { Counter } from '../../../src/answer/counters.ts';
import { createLivePolicy, setHeld } from '../../../src/answer/live-policy.ts';
import { DecisionTrace } from '../../../src/decision/trace.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { EdnsOption, ExtendedError, Rcode, RRType } from '../../../src/wire/codes.ts';
import { rdataToText } from '../../../src/wire/rdata.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { type Reply, readReply } from '../../tools/dns-reply.ts';
import { Asker, type DynamicSketch, modelZone, network, serve } from '../../tools/model-zone.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

const steered = (name: string, value: string, more: Partial<DynamicSketch> = {}): DynamicSketch => ({
  name,
  ttl: 20,
  values: ['192.0.2.250'],
  pools: { all: { values: [value] } },
  rules: [{ pool: 'all' }],
  ...more,
});
const WWW = steered('www', '', {
  pools: { eu: { values: ['203.0.113.1'], fallback: 'us' }, us: { values: ['198.51.100.1'] } },
  rules: [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }],
});
const LINES = [
  '_sip._tcp 300 SRV 10 60 5060 one',
  '_sip._tcp 300 SRV 10 40 5061 two',
  '_sip._tcp 300 SRV 20 0 5060 one',
  '_mixed._tcp 300 SRV 1 0 1 one',
  '_mixed._tcp 300 SRV 2 0 2 elsewhere.test.',
  '_none._tcp 300 SRV 0 0 0 .',
  '_none._tcp 300 SRV 1 0 1 one',
  '_via._tcp 300 SRV 1 0 1 cname',
  '_via._tcp 300 SRV 2 0 2 dual',
  '_alias._tcp 300 SRV 1 0 1 apex',
  '_alias._tcp 300 SRV 2 0 2 two',
  'apex 300 ALIAS one',
  'link 300 CNAME _sip._tcp',
  'cname 9 CNAME one',
  'dual 300 AAAA 2001:db8::9',
  'www 300 HTTPS 1 . alpn=h3,h2 ech=AAAA',
  '*.wild 300 HTTPS 1 . alpn=h2',
  '*.wild 40 A 192.0.2.77',
  '*.wild 50 AAAA 2001:db8::77',
  'multi 300 HTTPS 2 two alpn=h2 ipv4hint=192.0.2.99 ipv6hint=2001:db8::99 dohpath=/q{?dns}',
  'multi 300 HTTPS 1 one mandatory=alpn alpn=h2 port=8443',
  'multi 300 HTTPS 3 elsewhere.test. ipv4hint=192.0.2.98',
  'alias 300 HTTPS 0 one',
  'alias 300 HTTPS 0 two',
  'short 10 SVCB 1 one',
  'short 10 SVCB 2 two',
];
const zone = modelZone(
  'example.',
  LINES,
  [
    WWW,
    steered('www', '', {
      type: 'AAAA',
      values: [],
      pools: { us: { values: ['2001:db8:1::1'] } },
      rules: [{ pool: 'us' }],
    }),
    steered('one', '192.0.2.1'),
    steered('two', '192.0.2.2', { ttl: 30 }),
    steered('dual', '192.0.2.3'),
  ],
  [
    { owner: '_sip._tcp', type: 'SRV' },
    { owner: '_mixed._tcp', type: 'SRV' },
    { owner: '_none._tcp', type: 'SRV' },
    { owner: '_via._tcp', type: 'SRV' },
    { owner: '_alias._tcp', type: 'SRV' },
    { owner: 'www', type: 'HTTPS', hints: true },
    { owner: '*.wild', type: 'HTTPS', leavesOut: false, hints: true },
    { owner: 'multi', type: 'HTTPS', hints: true },
    { owner: 'alias', type: 'HTTPS' },
    { owner: 'short', type: 'SVCB' },
  ],
);
const { tables, slotOf } = serve([zone], [network('100.0.0.0/8', 'DE')]);
const asker = new Asker(tables);

function ask(name: string, type: string, options: AskOptions = {}, client = '127.0.0.1'): Reply {
  return readReply(
    asker.ask(buildQuery(`${name}.example.`, type, { edns: 1232, ...options }), client) ?? expect.fail('silence'),
  );
}

/** RDATA in presentation form; that of SVCB and HTTPS by our strict reader, which refuses keys out of order and absent mandatory ones. */
const rdataOf = ({ answers }: Reply) =>
  answers.map(({ type, text, data }) =>
    type === RRType.SRV
      ? text.split(' ').slice(2).join(' ')
      : rdataToText(type, data as Uint8Array).replaceAll('"', ''),
  );
/** The first word of RDATA by foreign decoders. */
const rdataTexts = ({ answers }: Reply) => answers.map(({ text }) => text.split(' ')[2]);
const ttlsOf = ({ answers }: Reply) => answers.map(({ ttl }) => ttl);
const kill = (...values: string[]) => {
  for (const value of values) tables.health[slotOf(value)] = DOWN;
};

beforeEach(() => tables.health.fill(UNKNOWN_WORD));

const BOTH = ['10 60 5060 one.example.', '10 40 5061 two.example.', '20 0 5060 one.example.'];

describe('SRV that follows its targets (RFC 2782)', () => {
  it('leaves out a target that is down, and brings it back, with priorities and weights untouched', () => {
    expect(rdataOf(ask('_sip._tcp', 'SRV'))).toEqual(BOTH);
    kill('192.0.2.1');
    const left = ask('_sip._tcp', 'SRV');
    expect(rdataOf(left)).toEqual(['10 40 5061 two.example.']);
    expect(left).toMatchObject({ rcode: Rcode.NOERROR, aa: true, tc: false, authority: [], additional: [] });
    tables.health.fill(UNKNOWN_WORD);
    expect(rdataOf(ask('_sip._tcp', 'SRV'))).toEqual(BOTH);
  });

  it('is never empty: with all targets down it is whole, and counts as all down', () => {
    kill('192.0.2.1', '192.0.2.2');
    expect(rdataOf(ask('_sip._tcp', 'SRV'))).toEqual(BOTH);
    expect([asker.tx.isAllDown, asker.tx.isFollowed]).toEqual([true, true]);
    kill('192.0.2.1');
    tables.health[slotOf('192.0.2.2')] = UNKNOWN_WORD;
    ask('_sip._tcp', 'SRV');
    expect(asker.tx.isAllDown).toBe(false);
  });

  it('keeps what no zone here knows, and what says that there is no service', () => {
    kill('192.0.2.1');
    expect(rdataOf(ask('_mixed._tcp', 'SRV'))).toEqual(['2 0 2 elsewhere.test.']);
    expect(rdataOf(ask('_none._tcp', 'SRV'))).toEqual(['0 0 0 .']);
  });

  it('follows a CNAME on the way, and one family that is not down is enough', () => {
    kill('192.0.2.1', '192.0.2.3');
    expect(rdataOf(ask('_via._tcp', 'SRV'))).toEqual(['2 0 2 dual.example.']);
  });

  it('is the same at the end of a CNAME, for ANY, and over an ALIAS at the target', () => {
    kill('192.0.2.1');
    const led = ask('link', 'SRV');
    expect(rdataOf({ ...led, answers: led.answers.slice(1) })).toEqual(['10 40 5061 two.example.']);
    // One RRset is enough for ANY (RFC 8482 4.1).
    expect(rdataOf(ask('_sip._tcp', 'ANY'))).toEqual(['10 40 5061 two.example.']);
    expect(rdataOf(ask('_alias._tcp', 'SRV'))).toEqual(['2 0 2 two.example.']);
  });

  it('holds no longer than the shortest of its targets, and as long as itself where nothing was decided', () => {
    expect(ttlsOf(ask('_sip._tcp', 'SRV'))).toEqual([20, 20, 20]);
    expect(ttlsOf(ask('_via._tcp', 'SRV'))).toEqual([9, 9]);
    expect(ttlsOf(ask('short', 'SVCB'))).toEqual([10, 10]);
  });

  it('is one RRset or none: what does not fit is truncated whole', () => {
    const many = modelZone(
      'example.',
      Array.from({ length: 40 }, (_, i) => `_sip._tcp 300 SRV ${i} 0 5060 one`),
      [steered('one', '192.0.2.1')],
      [{ owner: '_sip._tcp', type: 'SRV' }],
    );
    const bytes = new Asker(serve([many]).tables).ask(buildQuery('_sip._tcp.example.', 'SRV'));
    expect(readReply(bytes!)).toMatchObject({ tc: true, answers: [] });
  });
});

describe('HTTPS and SVCB that follow their targets (RFC 9460)', () => {
  it('has for hints what the same client gets for the addresses, under the owner itself too', () => {
    for (const [client, address] of [
      ['100.1.2.0/24', '203.0.113.1'],
      ['9.1.2.0/24', '198.51.100.1'],
    ] as const) {
      const reply = ask('www', 'HTTPS', { ecs: client });
      expect(rdataOf(reply)).toEqual([`1 . alpn=h3,h2 ipv4hint=${address} ech=AAAA ipv6hint=2001:db8:1::1`]);
      expect(ttlsOf(reply)).toEqual([20]);
      const a = ask('www', 'A', { ecs: client });
      expect(rdataTexts(a)).toEqual([address]);
      expect(reply.subnet).toEqual(a.subnet);
    }
    expect(ask('www', 'HTTPS', { ecs: '100.1.2.0/24' }).subnet?.scope).toBeGreaterThan(0);
  });

  it('never hints at what is down: another pool is hinted at, and nothing once all are', () => {
    kill('203.0.113.1');
    const european = { ecs: '100.1.2.0/24' };
    expect(rdataOf(ask('www', 'HTTPS', european))[0]).toContain('ipv4hint=198.51.100.1 ');
    kill('198.51.100.1');
    expect(rdataOf(ask('www', 'HTTPS', european))).toEqual(['1 . alpn=h3,h2 ech=AAAA ipv6hint=2001:db8:1::1']);
    // The last resort is what a query for A gets; it often repeats what is down.
    expect(rdataTexts(ask('www', 'A', european))).toEqual(['192.0.2.250']);
  });

  it('takes the place of hints in the file where the target is here, and leaves those of others', () => {
    expect(rdataOf(ask('multi', 'HTTPS'))).toEqual([
      '2 two.example. alpn=h2 ipv4hint=192.0.2.2 dohpath=/q{?dns}',
      '1 one.example. mandatory=alpn alpn=h2 port=8443 ipv4hint=192.0.2.1',
      '3 elsewhere.test. ipv4hint=192.0.2.98',
    ]);
    kill('192.0.2.1', '192.0.2.2');
    expect(rdataOf(ask('multi', 'HTTPS'))).toEqual(['3 elsewhere.test. ipv4hint=192.0.2.98']);
  });

  it('leaves out an alias whose target is down (2.4.2), and its SVCB alternatives alike', () => {
    kill('192.0.2.2');
    expect(rdataOf(ask('alias', 'HTTPS'))).toEqual(['0 one.example.']);
    expect(rdataOf(ask('short', 'SVCB'))).toEqual(['1 one.example.']);
  });

  it('makes of "." the name that a wildcard answered for (2.5.2), with static addresses and their TTL', () => {
    const reply = ask('any.wild', 'HTTPS');
    expect(rdataOf(reply)).toEqual(['1 . alpn=h2 ipv4hint=192.0.2.77 ipv6hint=2001:db8::77']);
    expect(ttlsOf(reply)).toEqual([40]);
  });

  it('takes no turn in the rotation of the addresses', () => {
    const pools = { all: { values: ['192.0.2.1', '192.0.2.2'] } };
    const turning = steered('www', '', { pools, steering: { balance: 'round_robin' } });
    const lines = ['www 300 HTTPS 1 . alpn=h2'];
    const served = serve([modelZone('example.', lines, [turning], [{ owner: 'www', type: 'HTTPS', hints: true }])]);
    const client = new Asker(served.tables);
    const get = (type: string) => rdataTexts(readReply(client.ask(buildQuery('www.example.', type))!))[0];
    const seen = new Set<string | undefined>();
    for (let i = 0; i < 4; i++) {
      seen.add(get('A'));
      get('HTTPS');
    }
    expect([...seen].sort()).toEqual(['192.0.2.1', '192.0.2.2']);
  });
});

describe('what is told of it', () => {
  it('is each decision, then each record with its target', () => {
    kill('192.0.2.1');
    const trace = new DecisionTrace();
    asker.ask(buildQuery('_sip._tcp.example.', 'SRV'), '127.0.0.1', 0, trace);
    expect(trace.path.map(({ name }) => name)).toEqual(['_sip._tcp.example.']);
    expect(trace.steps.map(({ name, type, outcome }) => [name, type, outcome])).toEqual([
      ['one.example.', 'A', 'every pool exhausted; all_down: values'],
      ['two.example.', 'A', 'pool all'],
    ]);
    const record = (value: string, target: string, state: string) => ({
      value,
      target,
      state,
      isLeftOut: state === 'down',
    });
    expect(trace.followed).toEqual([
      {
        name: '_sip._tcp.example.',
        type: 'SRV',
        ttlSeconds: 20,
        ownTtlSeconds: 300,
        records: [
          record('10 60 5060 one.example.', 'one.example.', 'down'),
          record('10 40 5061 two.example.', 'two.example.', 'alive'),
          record('20 0 5060 one.example.', 'one.example.', 'down'),
        ],
      },
    ]);
  });

  it('is a stale answer while the node holds what it knew (RFC 8914 4.4), and nothing special otherwise', () => {
    const live = createLivePolicy();
    setHeld(live, true);
    asker.tx.policy = { ...PLAIN_POLICY, live };
    const { options } = ask('_sip._tcp', 'SRV').opt!;
    asker.tx.policy = PLAIN_POLICY;
    expect(options.map(({ code, data }) => [code, (data[0]! << 8) | data[1]!])).toEqual([
      [EdnsOption.EXTENDED_ERROR, ExtendedError.STALE_ANSWER],
    ]);
    expect(ask('_sip._tcp', 'SRV').opt!.options).toEqual([]);
  });

  it('is counted as steered, and sampled with the addresses only', () => {
    const before = asker.counters[Counter.STEERED]!;
    ask('_sip._tcp', 'SRV');
    expect([asker.counters[Counter.STEERED]! - before, asker.tx.isSteered]).toEqual([1, false]);
  });
});
