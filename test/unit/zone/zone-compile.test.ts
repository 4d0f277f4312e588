import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { NodeWord } from '../../../src/zone/zone-image.ts';
import { openZoneTable, type ZoneTable } from '../../../src/zone/zone-table.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { Asker, modelZone, serve, wireName } from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

function compiled(lines: readonly string[]): { zone: ZoneTable; nodeOf: (text: string) => number } {
  const zone = openZoneTable(compileZone(modelZone('example.', lines)).image);
  const nodeOf = (text: string) => {
    const name = new ScannedName();
    const wire = wireName(text);
    name.scan(wire, 0, wire.length);
    return zone.find(name, 0);
  };
  return { zone, nodeOf };
}

describe('compileZone', () => {
  it('counts names, records and steered records', () => {
    const model = modelZone(
      'example.',
      ['a.b 60 A 192.0.2.1', 'a.b 60 A 192.0.2.2', '@ 60 NS ns1'],
      [{ name: 'www', pools: { p: { values: ['192.0.2.9'] } }, rules: [{ pool: 'p' }] }],
    );
    expect(compileZone(model)).toMatchObject({ names: 3, records: 5, dynamics: 1 });
  });

  it('drops exact duplicates and serves one TTL, the smallest (RFC 2181 5)', () => {
    const { zone, nodeOf } = compiled(['a 300 A 192.0.2.1', 'a 60 A 192.0.2.1', 'a 120 A 192.0.2.2']);
    const rrset = zone.findRRset(nodeOf('a.example.'), RRType.A);
    expect([zone.countOf(rrset), zone.ttlOf(rrset)]).toEqual([2, 60]);
  });

  it('drops what differs only in the case of the name it leads to, and nothing else (RFC 2181 5, RFC 4343 3)', () => {
    const { zone, nodeOf } = compiled([
      ...['a 60 NS ns.B.example.', 'a 60 NS NS.b.example.', 'a 60 NS nt.b.example.'],
      ...['b 60 SVCB 1 X key667=a', 'b 60 SVCB 1 x key667=a', 'b 60 SVCB 1 x key667=A'],
      ...['c 60 TXT a', 'c 60 TXT A'],
    ]);
    const countOf = (name: string, type: number) => zone.countOf(zone.findRRset(nodeOf(name), type));
    const counts = [
      countOf('a.example.', RRType.NS),
      countOf('b.example.', RRType.SVCB),
      countOf('c.example.', RRType.TXT),
    ];
    expect(counts).toEqual([2, 2, 2]);
  });

  it('tells duplicates by their octets even when they are long', () => {
    const long = (end: string) => `a 60 TXT ${`"${'x'.repeat(250)}" `.repeat(30)}"${end}"`;
    const { zone, nodeOf } = compiled([long('1'), long('2'), long('1')]);
    expect(zone.countOf(zone.findRRset(nodeOf('a.example.'), RRType.TXT))).toBe(2);
  });

  it('never says fewer records than an RRset has, beyond what a count can say', () => {
    const model = modelZone('example.', []);
    const owner = wireName('many.example.');
    for (let i = 0; i < 65_536 + 10; i++) {
      model.records.add(owner, RRType.A, 60, Uint8Array.of(10, i >> 16, (i >> 8) & 255, i & 255), 0);
    }
    const zone = openZoneTable(compileZone(model).image);
    const asker = new Asker(serve([model]).tables);
    const reply = asker.ask(buildQuery('many.example.', 'A'), '127.0.0.1', 1) ?? expect.fail('silence');
    expect(zone.countOf(zone.findRRset(findNode(zone, 'many.example.'), RRType.A))).toBe(65_535);
    expect([(reply[2]! & 2) !== 0, reply[7]]).toEqual([true, 0]);
  });

  it('takes a name with sixty thousand types, or three hundred thousand records, in a moment', () => {
    const types = modelZone('example.', []);
    const owner = wireName('many.example.');
    for (let i = 0; i < 60_000; i++) types.records.add(owner, 1000 + (i % 60_000), 60, Uint8Array.of(1), 0);
    expect(compileZone(types)).toMatchObject({ names: 2, records: 60_001 });
    const records = modelZone('example.', []);
    const rdata = (i: number) => Uint8Array.of(10, i >> 16, (i >> 8) & 255, i & 255);
    for (let i = 0; i < 600_000; i++) records.records.add(owner, RRType.A, 60, rdata(i % 300_000), 0);
    expect(compileZone(records)).toMatchObject({ names: 2, records: 300_001 });
  }, 60_000);

  it('puts the smaller of SOA TTL and MINIMUM on negative answers (RFC 2308 5)', () => {
    const { zone } = compiled([]);
    expect(zone.negativeTtl).toBe(60);
    expect(zone.ttlOf(zone.soaAt)).toBe(3600);
    expect(zone.serial).toBe(1);
  });

  it('lists glue of a delegation, the needed before the merely helpful (RFC 9471)', () => {
    const { zone, nodeOf } = compiled([
      'sub 60 NS other',
      'sub 60 NS ns.sub',
      'sub 60 NS ns.elsewhere.test.',
      'other 60 A 192.0.2.1',
      'ns.sub 60 A 192.0.2.2',
    ]);
    const glueAt = zone.words[nodeOf('sub.example.') + NodeWord.GLUE]!;
    expect([...zone.words.slice(glueAt, glueAt + 4)]).toEqual([
      1,
      2,
      nodeOf('ns.sub.example.'),
      nodeOf('other.example.'),
    ]);
  });

  it('serves a zone that is the root', () => {
    const model = modelZone('.', ['com 60 NS ns.com', 'ns.com 60 A 192.0.2.1']);
    const zone = openZoneTable(compileZone(model).image);
    expect([zone.apexLength, zone.apexLabels]).toEqual([1, 0]);
  });
});
