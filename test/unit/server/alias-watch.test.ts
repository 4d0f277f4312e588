import { describe, expect, it } from 'vitest';
import { ALIAS_QUERIES_MAX } from '../../../src/base/limits.ts';
import type { DnsAnswer, DnsRecordText } from '../../../src/probe/dns-exchange.ts';
import { AliasWatch } from '../../../src/server/alias-watch.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { nameFromText } from '../../../src/wire/name.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { openAliasTable } from '../../../src/zone/alias-table.ts';

const record = (name: string, type: string, data: string, ttl = 60): DnsRecordText => ({
  name,
  ttl,
  class: 'IN',
  type,
  data,
});
const SOA = record('test.', 'SOA', 'ns.test. h.test. 1 2 3 4 40', 50);

function reply(answer: DnsRecordText[], more: Partial<DnsAnswer> = {}): DnsAnswer {
  return {
    transport: 'udp',
    rcode: 'NOERROR',
    flags: [],
    subnet: null,
    errors: [],
    answer,
    authority: [],
    additional: [],
    ...more,
  };
}

/** A watch in invented time; `respond` answers each question. */
function world(respond: (server: string, name: string, type: number) => DnsAnswer | Error, names = ['cdn.test.']) {
  const clock = { nowMs: 0 };
  const asked: string[] = [];
  const told: string[] = [];
  const state = { names, underWay: 0, most: 0 };
  let image = new SharedArrayBuffer(0);
  const log = {
    info: (fields: { event: string }) => told.push(fields.event),
    warn: (fields: { event: string }) => told.push(fields.event),
  };
  const watch = new AliasWatch({
    clock: { wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs },
    log: log as never,
    resolvers: [
      { address: '127.0.0.1', port: 1 },
      { address: '127.0.0.2', port: 2 },
    ],
    targets: () => ({ names: state.names, isCut: false }),
    publish: (next) => {
      image = next;
    },
    ask: async (server, question) => {
      asked.push(`${server.address} ${question.name} ${question.type}`);
      state.most = Math.max(state.most, ++state.underWay);
      await Promise.resolve();
      state.underWay--;
      const answer = respond(server.address, question.name, question.type);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const stepTo = async (ms: number) => {
    clock.nowMs = ms;
    watch.look();
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const known = (name: string, type: number = RRType.A) => {
    const table = openAliasTable(image);
    const scanned = new ScannedName();
    const wire = nameFromText(name) as Uint8Array;
    scanned.scan(wire, 0, wire.length);
    const entry = table.find(scanned);
    return entry === 0 ? 'nothing' : `${table.ttlOf(entry, type)} ${table.countOf(entry, type)}`;
  };
  return { watch, asked, told, stepTo, known, state };
}

const good = (_: string, name: string, type: number) =>
  type === RRType.A ? reply([record(`${name}.`, 'A', '192.0.2.1')]) : reply([], { authority: [SOA] });

describe('AliasWatch', () => {
  it('asks for both types, and again when their TTL is over', async () => {
    const { asked, stepTo, known } = world(good);
    await stepTo(0);
    expect(asked).toEqual(['127.0.0.1 cdn.test 1', '127.0.0.1 cdn.test 28']);
    expect([known('cdn.test.'), known('cdn.test.', RRType.AAAA)]).toEqual(['60 1', '40 0']);
    await stepTo(39_000);
    expect(asked).toHaveLength(2);
    await stepTo(60_000);
    expect(asked).toHaveLength(4);
  });

  it('keeps the last good addresses while nobody answers, asks the next resolver after a pause, and tells both ends once', async () => {
    let isGood = true;
    const { watch, asked, told, stepTo, known } = world((...question) =>
      isGood ? good(...question) : new Error('timed out'),
    );
    await stepTo(0);
    isGood = false;
    await stepTo(60_000);
    expect(known('cdn.test.')).toBe('30 1');
    expect(watch.warnings()[0]).toMatch(
      /^ALIAS target cdn.test. A cannot be resolved \(127.0.0.1 port 1: timed out\): those of 60 s ago/,
    );
    await stepTo(60_500);
    expect(asked).toHaveLength(4);
    await stepTo(61_000);
    expect(asked.slice(4)).toEqual(['127.0.0.2 cdn.test 1', '127.0.0.2 cdn.test 28']);
    isGood = true;
    await stepTo(90_000);
    expect([known('cdn.test.'), watch.warnings().length]).toEqual(['60 1', 0]);
    expect(told).toEqual(['alias-unresolved', 'alias-unresolved', 'alias-resolved', 'alias-resolved']);
  });

  it('knows nothing of a name that was never answered, and forgets one that is not wanted', async () => {
    const { watch, stepTo, known, state } = world(
      (_, name) => (name === 'cdn.test' ? good(_, name, RRType.A) : reply([], { rcode: 'SERVFAIL' })),
      ['cdn.test.', 'bad.test.'],
    );
    await stepTo(0);
    expect([known('cdn.test.'), known('bad.test.')]).toEqual(['60 1', 'nothing']);
    expect(watch.warnings().join()).toContain('rcode SERVFAIL): it has no addresses yet');
    state.names = [];
    await stepTo(1_000);
    expect([known('cdn.test.'), watch.warnings().length]).toEqual(['nothing', 0]);
  });

  it('has a bounded number of questions under way', async () => {
    const { stepTo, state, asked } = world(
      good,
      Array.from({ length: 200 }, (_, i) => `n${i}.test.`),
    );
    await stepTo(0);
    expect([state.most, asked.length]).toEqual([ALIAS_QUERIES_MAX, ALIAS_QUERIES_MAX]);
    for (let i = 1; i < 15; i++) await stepTo(i);
    expect(asked).toHaveLength(400);
  });

  it('drops what comes after the word to stop', async () => {
    const { watch, stepTo, known } = world(good);
    watch.start();
    watch.stop();
    await stepTo(0);
    expect(known('cdn.test.')).toBe('nothing');
  });
});
