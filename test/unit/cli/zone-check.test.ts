import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkZoneFile, pathOfZone } from '../../../src/cli/zone-check.ts';
import { checkZonesDirectory } from '../../../src/server/zone-directory.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-zones-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const NS = "'': {type: NS, values: [ns1.example.net.]}\n";

describe('a zones directory', () => {
  it('is read zone by zone, split directories and master files with their YAML as one', () => {
    write('a.example.yaml', `${NS}www: {type: A, value: 192.0.2.1}\n`);
    write('b.example./www.yaml', 'www: {type: A, value: 192.0.2.1}\n');
    write('b.example./$b.example.yaml', NS);
    write('c.example.zone', '@ 60 IN NS ns1.example.net.\n');
    write('c.example.yaml', 'www: {type: A, value: 192.0.2.1}\n');
    const { zones, directories } = checkZonesDirectory(folder, ZONE_DEFAULTS);
    expect(zones.map((zone) => [zone.source.zone, zone.faults])).toEqual([
      ['a.example.', []],
      ['b.example.', []],
      ['c.example.', []],
    ]);
    expect(zones.map((zone) => pathOfZone(zone.source))).toEqual([
      join(folder, 'a.example.yaml'),
      join(folder, 'b.example.'),
      join(folder, 'c.example.yaml'),
    ]);
    expect(directories).toEqual(expect.arrayContaining([folder, join(folder, 'b.example.')]));
  });

  it('takes a part that zones include for no zone', () => {
    write('pools.yaml', '[192.0.2.1]\n');
    write('a.example.yaml', `${NS}www: {type: A, values: !include pools.yaml}\n`);
    expect(checkZonesDirectory(folder, ZONE_DEFAULTS).zones.map((zone) => zone.source.zone)).toEqual(['a.example.']);
  });

  it('that cannot be read is a fault', () => {
    expect(checkZonesDirectory(join(folder, 'none'), ZONE_DEFAULTS).faults).toHaveLength(1);
  });
});

describe('a file by itself', () => {
  it('is the zone of its name, whatever stands beside it', () => {
    write('a.example.zone', 'this is no master file\n');
    const checked = checkZoneFile(write('a.example.yaml', `${NS}`), join(folder, 'zones'), ZONE_DEFAULTS);
    expect(checked).toMatchObject({ zone: 'a.example.', faults: [] });
  });

  it('has its faults with line and column', () => {
    const checked = checkZoneFile(
      write('a.example.yaml', `${NS}www:\n  type: A\n  value: 300.0.2.1\n`),
      folder,
      ZONE_DEFAULTS,
    );
    expect(checked?.faults[0]).toMatchObject({ severity: 'error', record: 'www', type: 'A', line: 4 });
  });

  it('includes what lies below its own directory and nothing else', () => {
    write('sub/inside.yaml', '[192.0.2.1]\n');
    write('outside.yaml', '[192.0.2.1]\n');
    const inside = write('sub/a.example.yaml', `${NS}www: {type: A, values: !include inside.yaml}\n`);
    const outside = write('sub/b.example.yaml', `${NS}www: {type: A, values: !include ../outside.yaml}\n`);
    expect(checkZoneFile(inside, join(folder, 'zones'), ZONE_DEFAULTS)?.faults).toEqual([]);
    expect(checkZoneFile(outside, join(folder, 'zones'), ZONE_DEFAULTS)?.faults).not.toEqual([]);
    expect(checkZoneFile(outside, folder, ZONE_DEFAULTS)?.faults).toEqual([]);
  });

  it('must be called like a zone', () => {
    expect(checkZoneFile(write('notes.txt', ''), folder, ZONE_DEFAULTS)).toBeNull();
  });
});
