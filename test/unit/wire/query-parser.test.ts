import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Query, QueryStatus } from '../../../src/wire/query-parser.ts';
import { buildQuery } from '../../tools/dns-client.ts';

const WWW = buildQuery('www.example.', 'A', { id: 7 });

function parse(bytes: Uint8Array, overTcp = false): { status: number; query: Query } {
  const query = new Query();
  return { status: query.parse(bytes, 0, bytes.length, overTcp), query };
}

function edited(bytes: Uint8Array, edits: Record<number, number>, extra: number[] = []): Uint8Array {
  const copy = Uint8Array.from([...bytes, ...extra]);
  for (const [at, octet] of Object.entries(edits)) copy[Number(at)] = octet;
  return copy;
}

/** An OPT record with `options` as octets. */
function opt(options: number[], owner = [0], version = 0): number[] {
  return [...owner, 0, 41, 4, 208, 0, version, 0, 0, options.length >> 8, options.length & 255, ...options];
}

const withOpt = (options: number[], owner = [0], version = 0) => edited(WWW, { 11: 1 }, opt(options, owner, version));

describe('Query.parse', () => {
  it('reads name, type and class of the one question (RFC 1035 4.1.2)', () => {
    const { status, query } = parse(WWW);
    expect(status).toBe(QueryStatus.GOOD);
    expect([query.qtype, query.qclass, query.questionEnd, query.qname.labels]).toEqual([1, 1, WWW.length, 2]);
    expect(query.hasEdns).toBe(false);
  });

  it('works at any offset of a larger buffer', () => {
    const bytes = new Uint8Array(100).fill(0xff);
    bytes.set(WWW, 31);
    const query = new Query();
    expect(query.parse(bytes, 31, WWW.length, false)).toBe(QueryStatus.GOOD);
    expect(query.questionEnd).toBe(WWW.length);
  });

  it('stays silent for responses and runts, which keeps two servers from talking for ever', () => {
    expect(parse(edited(WWW, { 2: 0x80 })).status).toBe(QueryStatus.SILENCE);
    expect(parse(WWW.subarray(0, 11)).status).toBe(QueryStatus.SILENCE);
    expect(parse(new Uint8Array(0)).status).toBe(QueryStatus.SILENCE);
  });

  it('names other opcodes before anything else is read (RFC 8906 8.1.4)', () => {
    expect(parse(Uint8Array.of(0, 1, 0x78, 0, 0, 0, 0, 0, 0, 0, 0, 0)).status).toBe(QueryStatus.OTHER_OPCODE);
  });

  it.each([
    ['no question', edited(WWW, { 5: 0 })],
    ['two questions (RFC 9619)', edited(WWW, { 5: 2 })],
    ['65,535 questions', edited(WWW, { 4: 255, 5: 255 })],
    ['a record announced and missing', edited(WWW, { 11: 1 })],
    ['65,535 records announced', edited(WWW, { 10: 255, 11: 255 })],
    ['256 answers announced', edited(WWW, { 6: 1 })],
    ['32,768 authorities and 49,152 more announced', edited(WWW, { 8: 0x80, 10: 0xc0 })],
    ['a pointer in the question', edited(WWW, { 12: 0xc0, 13: 12 })],
    ['an extended label', edited(WWW, { 12: 0x40 })],
    ['a cut name', WWW.subarray(0, 17)],
    ['a cut type', WWW.subarray(0, WWW.length - 3)],
    ['octets behind the message', edited(WWW, {}, [0])],
    ['two OPTs (RFC 6891 6.1.1)', edited(WWW, { 11: 2 }, [...opt([]), ...opt([])])],
    ['an OPT not owned by the root', withOpt([], [1, 97, 0])],
    ['an OPT in the answer section', edited(WWW, { 7: 1 }, opt([]))],
    ['an option cut off', withOpt([0, 8, 0])],
    ['an option longer than the record', withOpt([0, 3, 0, 9, 1])],
    ['RDLENGTH beyond the message', edited(withOpt([]), { [WWW.length + 10]: 1 })],
    [
      'a TSIG that is not last (RFC 8945 5.1)',
      edited(WWW, { 11: 2 }, [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0, ...opt([])]),
    ],
    ['a record owned by a pointer to itself', edited(WWW, { 11: 1 }, [0xc0, WWW.length, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])],
    ['a record owned by a pointer into the header', edited(WWW, { 11: 1 }, [0xc0, 3, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])],
  ])('finds the message broken: %s', (_, bytes) => {
    expect(parse(bytes).status).toBe(QueryStatus.BROKEN);
    expect(parse(bytes).query.questionEnd).toBe(12);
  });

  it('reads EDNS: version, payload size, DO', () => {
    const { status, query } = parse(buildQuery('www.example.', 'A', { edns: 1400, dnssecOk: true }));
    expect(status).toBe(QueryStatus.GOOD);
    expect([query.hasEdns, query.payloadSize, query.dnssecOk]).toEqual([true, 1400, true]);
  });

  it('refuses higher EDNS versions even with a broken option (RFC 6891 6.1.3)', () => {
    expect(parse(withOpt([], [0], 1)).status).toBe(QueryStatus.OTHER_EDNS);
    expect(parse(withOpt([0, 8, 0, 0], [0], 1)).status).toBe(QueryStatus.OTHER_EDNS);
    expect(parse(withOpt([0, 8, 0], [0], 1)).status).toBe(QueryStatus.OTHER_EDNS);
  });

  it('ignores unknown options, and 110 of them', () => {
    expect(parse(withOpt(new Array(110).fill([255, 1, 0, 0]).flat())).status).toBe(QueryStatus.GOOD);
  });

  it('finds the content of an option bad', () => {
    const subnet = [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2];
    expect(parse(withOpt(subnet)).status).toBe(QueryStatus.GOOD);
    expect(parse(withOpt([0, 8, 0, 3, 0, 1, 24])).status).toBe(QueryStatus.BAD_OPTION);
    expect(parse(withOpt([...subnet, ...subnet])).status).toBe(QueryStatus.BAD_OPTION);
  });

  it.each([
    [0, false],
    [7, false],
    [8, true],
    [9, false],
    [15, false],
    [16, true],
    [40, true],
    [41, false],
  ])('a cookie of %i octets is well-formed: %s (RFC 7873 5.2.2)', (length, isGood) => {
    const { status } = parse(withOpt([0, 10, 0, length, ...new Array(length).fill(1)]));
    expect(status).toBe(isGood ? QueryStatus.GOOD : QueryStatus.BAD_OPTION);
  });

  it('takes keepalive over TCP empty only, and ignores it over UDP (RFC 7828 3.2.1)', () => {
    const full = withOpt([0, 11, 0, 2, 0, 100]);
    expect(parse(full, true).status).toBe(QueryStatus.BAD_OPTION);
    expect(parse(full, false).status).toBe(QueryStatus.GOOD);
    expect(parse(withOpt([0, 11, 0, 0]), true).status).toBe(QueryStatus.GOOD);
  });

  it('has no key for a TSIG', () => {
    const rdata = [1, 97, 0, ...Array<number>(6).fill(1), 1, 44, 0, 2, 8, 9, 0, 7, 0, 0, 0, 0];
    const tsig = [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, rdata.length, ...rdata];
    expect(parse(edited(WWW, { 11: 1 }, tsig)).status).toBe(QueryStatus.UNKNOWN_KEY);
    expect(parse(edited(WWW, { 11: 1 }, tsig.with(4, 1))).status).toBe(QueryStatus.BROKEN);
  });

  it('keeps nothing of the query before', () => {
    const query = new Query();
    const first = buildQuery('www.example.', 'A', { ecs: '192.0.2.0/24', dnssecOk: true });
    query.parse(first, 0, first.length, false);
    expect(query.parse(WWW, 0, WWW.length, false)).toBe(QueryStatus.GOOD);
    expect([query.hasEdns, query.dnssecOk, query.subnet.family, query.payloadSize]).toEqual([false, false, 0, 0]);
  });

  it('never throws on any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, overTcp) => {
        expect(Object.values(QueryStatus)).toContain(parse(bytes, overTcp).status);
      }),
      { numRuns: 3000, seed: 4 },
    );
  });
});
