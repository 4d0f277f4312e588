import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listZoneSources, ZoneFileReader } from '../../../src/server/zone-files.ts';
import { loadZone, ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { nameToText } from '../../../src/wire/name.ts';

describe('loadZone', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-load-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(root, name), content);
  const load = (zone: string, defaults = ZONE_DEFAULTS) => {
    const source = listZoneSources(root).sources.find((one) => one.zone === zone)!;
    return loadZone(source, new ZoneFileReader(root, Date.now()), defaults);
  };
  const errors = (zone: string) => load(zone).faults.filter((fault) => fault.severity === 'error');

  it('lays a YAML file over the master file beside it, whose SOA stands', () => {
    put('a.test.zone', '@ 60 IN SOA ns1 host 77 1 1 1 1\n@ 60 IN NS ns1\nns1 60 IN A 127.0.0.1\n');
    put('a.test.yaml', 'www: {type: A, value: 127.0.0.2}\n');
    const { model, hasSoa } = load('a.test.');
    expect(hasSoa).toBe(true);
    expect(model?.soa.serial).toBe(77);
    expect(model?.records.count).toBe(3);
  });

  it('includes what stands in the zones directory, and names the file that asked for more', () => {
    put('part.yaml', '{type: A, value: 127.0.0.1}\n');
    put('a.test.yaml', 'www: !include part.yaml\n');
    expect(load('a.test.').model?.records.count).toBe(1);
    put('b.test.yaml', 'www: !include ../../etc/hostname\n');
    expect(errors('b.test.')[0]).toMatchObject({ file: join(root, 'b.test.yaml'), line: 1 });
  });

  it('refuses what is not UTF-8, takes a byte order mark', () => {
    put('a.test.yaml', Uint8Array.of(0x61, 0x3a, 0xff, 0xfe));
    expect(errors('a.test.')[0]?.code).toBe('not-utf-8');
    put('b.test.yaml', '\ufeffwww: {type: A, value: 127.0.0.1}\n');
    expect(load('b.test.').model?.records.count).toBe(1);
  });

  it('tells the faults of both files at once', () => {
    put('a.test.zone', '@ 60 IN NS\n');
    put('a.test.yaml', 'www: {type: A, value: nonsense}\n');
    const { model } = load('a.test.');
    expect(model).toBeNull();
    expect(new Set(errors('a.test.').map((fault) => fault.file)).size).toBe(2);
  });

  describe('with a start of authority in the configuration', () => {
    const soa = { mname: 'NS9.outside.test.', rname: 'dns', refresh: 11, retry: 12, expire: 13, minimum: 14 };
    const defaults = { ...ZONE_DEFAULTS, soa };
    const soaOf = (zone: string) => {
      const { mname, rname, refresh, retry, expire, minimum } = load(zone, defaults).model!.soa;
      return [nameToText(mname), nameToText(rname), refresh, retry, expire, minimum];
    };
    const configured = ['ns9.outside.test.', 'dns.a.test.', 11, 12, 13, 14];

    it('gives it to zones that state none, in YAML, in a master file or in both', () => {
      put('a.test.yaml', "'': {type: NS, value: ns1.outside.test.}\n");
      expect(soaOf('a.test.')).toEqual(configured);
      rmSync(join(root, 'a.test.yaml'));
      put('a.test.zone', '@ 60 IN NS ns1\nns1 60 IN A 127.0.0.1\n');
      expect(soaOf('a.test.')).toEqual(configured);
      put('a.test.yaml', 'www: {type: A, value: 127.0.0.2}\n');
      expect(soaOf('a.test.')).toEqual(configured);
    });

    it('lets the SOA of a master file and the meridian block of the apex win', () => {
      put('a.test.zone', '@ 60 IN SOA ns1 host 77 1 2 3 4\n@ 60 IN NS ns1\nns1 60 IN A 127.0.0.1\n');
      expect(soaOf('a.test.')).toEqual(['ns1.a.test.', 'host.a.test.', 1, 2, 3, 4]);
      put('a.test.yaml', 'www: {type: A, value: 127.0.0.2}\n');
      expect(soaOf('a.test.')).toEqual(['ns1.a.test.', 'host.a.test.', 1, 2, 3, 4]);
      const apex = "'': {type: NS, value: ns1.outside.test., octodns: {meridian: {soa: {refresh: 99}}}}\n";
      put('b.test.yaml', apex);
      expect(soaOf('b.test.')).toEqual(['ns9.outside.test.', 'dns.b.test.', 99, 12, 13, 14]);
    });

    it('tells a name that has no room below the zone', () => {
      const zone = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(62)}.test`;
      put(`${zone}.zone`, '@ 60 IN NS ns1.outside.test.\n');
      const { model, faults } = load(`${zone}.`, { ...defaults, soa: { rname: 'd'.repeat(63) } });
      expect(model).toBeNull();
      expect(faults.map((fault) => fault.code)).toEqual(['soa-name']);
    });
  });

  it('takes a bare semicolon in TXT where the configuration says so', () => {
    put('a.test.yaml', 'www: {type: TXT, value: v=1; p=x}\n');
    expect(errors('a.test.')).toHaveLength(1);
    expect(load('a.test.', { ...ZONE_DEFAULTS, escapedSemicolons: false }).faults).toEqual([]);
  });

  it('knows the zones below, whose records are not this zone’s', () => {
    put('a.test.yaml', 'www.sub: {type: A, value: 127.0.0.1}\n');
    expect(errors('a.test.')).toEqual([]);
    put('sub.a.test.yaml', 'www: {type: A, value: 127.0.0.1}\n');
    expect(errors('a.test.')[0]?.code).toBe('record-under-subzone');
  });
});
