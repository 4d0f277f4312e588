import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listZoneSources, ZoneFileReader } from '../../../src/server/zone-files.ts';
import { loadZone } from '../../../src/server/zone-load.ts';

describe('loadZone', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-load-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(root, name), content);
  const load = (zone: string) => {
    const source = listZoneSources(root).sources.find((one) => one.zone === zone)!;
    return loadZone(source, new ZoneFileReader(root, Date.now()));
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

  it('knows the zones below, whose records are not this zone’s', () => {
    put('a.test.yaml', 'www.sub: {type: A, value: 127.0.0.1}\n');
    expect(errors('a.test.')).toEqual([]);
    put('sub.a.test.yaml', 'www: {type: A, value: 127.0.0.1}\n');
    expect(errors('a.test.')[0]?.code).toBe('record-under-subzone');
  });
});
