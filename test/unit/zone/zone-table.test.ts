import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { listEndpoints } from '../../../src/zone/steered-record.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { AliasWord, DynWord, EndpointWord, NodeFlag, PoolWord, STEERED_WORDS } from '../../../src/zone/zone-image.ts';
import { linkZone, openZoneTable } from '../../../src/zone/zone-table.ts';
import { modelZone, wireName } from '../../tools/model-zone.ts';

function scanned(text: string): ScannedName {
  const name = new ScannedName();
  const wire = wireName(text);
  name.scan(wire, 0, wire.length);
  return name;
}

describe('ZoneTable', () => {
  const lines = [
    '@ 60 NS ns1',
    'www 60 A 192.0.2.1',
    'www 60 TXT "a longer record than the address"',
    '*.w 60 A 192.0.2.2',
    'sub 60 NS ns.sub',
    'ns.sub 60 A 192.0.2.3',
    'dn 60 DNAME example.net.',
  ];
  const zone = openZoneTable(compileZone(modelZone('example.', lines)).image);
  const find = (text: string) => zone.find(scanned(text), 0);

  it('finds names in any case, ancestors by their suffix, and nothing else', () => {
    expect(find('WWW.Example.')).toBe(find('www.example.'));
    expect(find('www.example.')).toBeGreaterThan(0);
    expect(zone.find(scanned('x.y.www.example.'), 2)).toBe(find('www.example.'));
    expect([find('ww.example.'), find('www.example.net.'), find('example.com.')]).toEqual([0, 0, 0]);
    expect(find('example.')).toBe(zone.apexAt);
  });

  it('finds the node that answers for a name: its own, a wildcard, or none below a delegation or DNAME', () => {
    expect(zone.nodeOf(scanned('www.example.'))).toBe(find('www.example.'));
    expect(zone.nodeOf(scanned('a.b.w.example.'))).toBe(find('*.w.example.'));
    expect(zone.nodeOf(scanned('none.example.'))).toBe(0);
    for (const name of ['sub.example.', 'ns.sub.example.', 'x.sub.example.', 'x.dn.example.']) {
      expect(zone.nodeOf(scanned(name)), name).toBe(-1);
    }
    expect(zone.encloserOf(scanned('a.b.www.example.'))).toBe(find('www.example.'));
    expect(zone.encloserOf(scanned(`${'a.'.repeat(50)}example.`))).toBe(zone.apexAt);
  });

  it('knows the ALIAS of a node, which is no RRset of it', () => {
    const aliased = openZoneTable(compileZone(modelZone('example.', ['a.b 70 ALIAS www', 'www 60 A 192.0.2.1'])).image);
    const node = aliased.find(scanned('a.b.example.'), 0);
    const alias = aliased.aliasOf(node);
    const targetAt = aliased.words[alias + AliasWord.TARGET]!;
    expect(aliased.words[alias + AliasWord.TTL]).toBe(70);
    expect(aliased.bytes.slice(targetAt, targetAt + 13)).toEqual(Uint8Array.from(wireName('www.example.')));
    expect([aliased.smallestRRset(node), aliased.aliasOf(aliased.find(scanned('www.example.'), 0))]).toEqual([0, 0]);
  });

  it('finds RRsets by type, and the smallest for ANY (RFC 8482)', () => {
    const node = find('www.example.');
    expect(zone.typeOf(zone.findRRset(node, RRType.TXT))).toBe(RRType.TXT);
    expect(zone.findRRset(node, RRType.AAAA)).toBe(0);
    expect(zone.typeOf(zone.smallestRRset(node))).toBe(RRType.A);
    expect(zone.smallestRRset(find('w.example.'))).toBe(0);
  });

  it('knows wildcards, delegations and DNAMEs', () => {
    expect(zone.wildcardOf(find('w.example.'))).toBe(find('*.w.example.'));
    expect(zone.wildcardOf(find('www.example.'))).toBe(0);
    expect(zone.stopAt(find('ns.sub.example.'))).toBe(find('sub.example.'));
    expect(zone.hasFlag(find('sub.example.'), NodeFlag.CUT)).toBe(true);
    expect(zone.hasFlag(zone.apexAt, NodeFlag.CUT)).toBe(false);
    expect(zone.stopAt(find('dn.example.'))).toBe(0);
    expect(zone.stopBelow(find('dn.example.'))).toBe(find('dn.example.'));
  });

  it('refuses an image of something else', () => {
    expect(() => openZoneTable(new SharedArrayBuffer(128))).toThrow('not a zone image');
  });
});

describe('linkZone', () => {
  it('gives endpoints their slots and steered records their group, in the order of the compiler', () => {
    const model = modelZone(
      'example.',
      [],
      [
        {
          name: 'a',
          pools: { one: { values: ['192.0.2.1', '192.0.2.2'] }, two: { values: ['192.0.2.3'] } },
          rules: [{ geos: ['EU'], pool: 'one' }, { pool: 'two' }],
        },
        { name: 'b', pools: { one: { values: ['192.0.2.4'] } }, rules: [{ pool: 'one' }] },
        {
          name: 'c',
          pools: { x: { values: ['192.0.2.5'] }, y: { values: ['192.0.2.6'] } },
          rules: [{ geos: ['EU'], pool: 'x' }, { pool: 'y' }],
        },
      ],
    );
    const compiled = compileZone(model);
    const { image, groups } = compiled;
    expect(listEndpoints(compiled).map((endpoint) => endpoint.value)).toEqual(
      [1, 2, 3, 4, 5, 6].map((i) => `192.0.2.${i}`),
    );
    expect(groups).toHaveLength(1);
    linkZone(image, Int32Array.of(10, 11, 12, 13, 14, 15), Int32Array.of(77));
    const zone = openZoneTable(image);
    const rrset = (text: string) => zone.findRRset(zone.find(scanned(text), 0), RRType.A);
    const block = (text: string) => zone.blockOf(rrset(text));
    const group = (text: string) => zone.words[block(text) + DynWord.GROUP];
    expect([group('a.example.'), group('b.example.'), group('c.example.')]).toEqual([77, -1, 77]);
    const slot = (text: string) => {
      const pool = zone.words[block(text) + DynWord.POOLS_AT]!;
      const ordinal = zone.words[zone.words[pool + PoolWord.ENDPOINTS_AT]! + EndpointWord.ORDINAL]!;
      return zone.words[zone.dataOf(rrset(text)) + STEERED_WORDS + ordinal];
    };
    expect([slot('a.example.'), slot('b.example.'), slot('c.example.')]).toEqual([10, 13, 14]);
  });

  it('gives records that steer alike one block, and each its own slots', () => {
    const alike = { pools: { one: { values: ['192.0.2.1', '192.0.2.2 3'] } }, rules: [{ pool: 'one' }] };
    const heavier = { pools: { one: { values: ['192.0.2.1', '192.0.2.2 4'] } }, rules: [{ pool: 'one' }] };
    const { image } = compileZone(
      modelZone(
        'example.',
        [],
        [
          { name: 'a', ...alike },
          { name: 'b', ...alike },
          { name: 'c', ...heavier },
        ],
      ),
    );
    linkZone(image, Int32Array.of(1, 2, 3, 4, 5, 6), new Int32Array(0));
    const zone = openZoneTable(image);
    const rrset = (text: string) => zone.findRRset(zone.find(scanned(text), 0), RRType.A);
    const [a, b, c] = ['a.example.', 'b.example.', 'c.example.'].map(rrset) as [number, number, number];
    expect(zone.blockOf(b)).toBe(zone.blockOf(a));
    expect(zone.blockOf(c)).not.toBe(zone.blockOf(a));
    const slots = [a, b, c].map((at) => [...zone.words.subarray(zone.dataOf(at) + STEERED_WORDS).subarray(0, 2)]);
    expect(slots).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });
});
