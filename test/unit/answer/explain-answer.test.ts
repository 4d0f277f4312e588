import { describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../../src/answer/answer-policy.ts';
import { Transport } from '../../../src/answer/transaction.ts';
import { EXPLAIN_ANSWERS_PER_SECOND } from '../../../src/base/limits.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, network, prefix, serve } from '../../tools/model-zone.ts';

const pools = { eu: { values: ['192.0.2.1 3', '192.0.2.2'] }, us: { values: ['192.0.2.4'] } };
const many = { all: { values: Array.from({ length: 200 }, (_, i) => `192.0.2.${i + 1}`) } };
const rules = [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }];

function world(explainFrom: readonly string[] = ['10.1.0.0/16']) {
  const zone = modelZone(
    'example.',
    [
      '* 60 TXT wild',
      'fixed 60 A 192.0.2.9',
      '_s._tcp 60 SRV 1 1 1 www',
      '_s._tcp 60 SRV 2 1 1 far.test.',
      '_u._tcp 60 SRV 1 1 1 www',
    ],
    [
      { name: 'www', pools, rules },
      { name: 'big', pools: many, rules: [{ pool: 'all' }] },
    ],
    [{ owner: '_s._tcp', type: 'SRV' }],
  );
  const serving = serve([zone], [network('20.0.0.0/8', 'DE')]);
  const asker = new Asker(serving.tables);
  asker.tx.policy = { ...PLAIN_POLICY, explainFrom: explainFrom.map(prefix) };
  let second = Math.floor(Math.random() * 1e6);
  const ask = (name: string, client: string, fields: object = {}, transport: number = Transport.UDP) => {
    asker.tx.nowSeconds = second++;
    return asker.ask(buildQuery(name, 'TXT', { id: 1, ...fields }), client, transport)!;
  };
  return { asker, ask, hold: () => second-- };
}

const strings = (bytes: Uint8Array) => readReply(bytes).answers.flatMap(({ data }) => data as unknown as string[]);
const textOf = (bytes: Uint8Array) => strings(bytes).map(String).join('\n');

describe('TXT _explain', () => {
  it('tells who may ask why they get which answer, their subnet included', () => {
    const { ask } = world();
    const text = textOf(ask('_explain.www.example.', '10.1.2.3', { ecs: '20.1.2.0/24' }));
    for (const part of ['www.example. A: placed by client subnet', 'rule 1 (test.yaml:10) EU', 'pool eu: drawn from'])
      expect(text).toContain(part);
    expect(text).toMatch(/from pool eu: 192\.0\.2\.[12]/);
    const other = textOf(ask('_EXPLAIN.www.example.', '10.1.2.3'));
    expect(other).toContain('from pool us: 192.0.2.4');
  });

  it('says so of names that are not steered', () => {
    const { ask } = world();
    expect(textOf(ask('_explain.fixed.example.', '10.1.2.3'))).toContain('not steered: exists, rcode 0');
    expect(textOf(ask('_explain.no.example.', '10.1.2.3'))).toContain('not steered: wildcard by *.example., rcode 0');
  });

  it('tells of a service that follows its targets, and says of others that they are not steered', () => {
    const { ask } = world();
    const text = textOf(ask('_explain._s._tcp.example.', '10.1.2.3'));
    expect(text.split('\n').slice(0, 3)).toEqual([
      '_s._tcp.example. SRV: follows its targets; TTL 30',
      'served: 1 1 1 www.example.; target alive',
      'served: 2 1 1 far.test.; target unknown',
    ]);
    expect(text).toContain('from pool us: 192.0.2.4');
    expect(textOf(ask('_explain._u._tcp.example.', '10.1.2.3'))).toBe('not steered: exists, rcode 0');
  });

  it('does not exist for others, whatever their subnet says, exactly as without it', () => {
    const [open, shut] = [world(), world([])];
    const questions = ['_explain.www.example.', '_explain.no.example.', '_explain.elsewhere.', '_explain.'];
    for (const name of questions) {
      for (const fields of [{}, { ecs: '10.1.2.0/24' }]) {
        expect(open.ask(name, '10.2.0.1', fields)).toEqual(shut.ask(name, '10.2.0.1', fields));
      }
    }
    expect(readReply(shut.ask('_explain.www.example.', '10.1.2.3')).rcode).toBe(3);
  });

  it('keeps to the limits of UDP and to strings of 255 octets', () => {
    const { ask } = world();
    const short = ask('_explain.big.example.', '10.1.2.3', { ecs: '20.1.2.0/24' });
    expect(short.length).toBeLessThanOrEqual(1_232);
    expect(readReply(short).tc).toBe(true);
    const long = ask('_explain.big.example.', '10.1.2.3', {}, Transport.TCP);
    const all = strings(long).map(String);
    expect(all.at(-1)).toContain('more: ask meridian explain');
    expect(Math.max(...all.map((text) => text.length))).toBeLessThanOrEqual(255);
  });

  it('is given a few times a second and refused beyond', () => {
    const { ask, hold } = world();
    const rcodes = Array.from({ length: EXPLAIN_ANSWERS_PER_SECOND + 1 }, () => {
      const { rcode } = readReply(ask('_explain.www.example.', '10.1.2.3'));
      hold();
      return rcode;
    });
    expect(rcodes).toEqual([...Array(EXPLAIN_ANSWERS_PER_SECOND).fill(0), 5]);
  });

  it('changes nothing for the queries that follow', () => {
    const [a, b] = [world(), world()];
    a.ask('_explain.www.example.', '10.1.2.3');
    b.ask('x.www.example.', '10.1.2.3');
    for (let i = 0; i < 50; i++) {
      const query = buildQuery('www.example.', 'A', { id: i, ecs: '20.1.2.0/24' });
      expect(a.asker.ask(query, '10.1.2.3')).toEqual(b.asker.ask(query, '10.1.2.3'));
    }
  });
});
