import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkGeoDirectory, checkGeoFile, isGeoFile } from '../../../src/cli/geo-check.ts';

const ROOT = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'meridian-geo-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('geo data', () => {
  it('of the samples is free of faults', () => {
    const files = checkGeoDirectory(join(ROOT, 'geo-data'));
    expect(files.map((file) => file.faults)).toEqual([[], []]);
  });

  it('is checked file by file, networks against the regions beside them', () => {
    write('regions.yaml', 'eu: {name: Europe, latitude: 50, longitude: 10}\n');
    write('networks.yaml', '10.0.0.0/8: {region: eu}\n10.1.0.0/16: {region: nowhere}\n');
    write('latency.csv', 'from,region,ms,count\nEU,eu,30,5\nEU, nowhere,30,5\n');
    write('broken.mmdb', 'not an MMDB file');
    write('notes.txt', 'nobody reads this');
    const files = checkGeoDirectory(folder);
    expect(files.map((file) => [file.path.slice(folder.length + 1), file.faults.length])).toEqual([
      ['broken.mmdb', 1],
      ['latency.csv', 1],
      ['networks.yaml', 1],
      ['regions.yaml', 0],
    ]);
    expect(files[1]!.faults[0]).toMatchObject({ line: 3, column: 5, code: 'region-unknown', severity: 'error' });
    expect(files[2]!.faults[0]).toMatchObject({ line: 2, severity: 'error' });
  });

  it('that cannot be read is a fault and no exception', () => {
    expect(checkGeoFile(join(folder, 'none', 'regions.yaml')).faults[0]!.code).toBe('file-unreadable');
    expect(checkGeoFile(write('regions.yaml', Uint8Array.of(0xff, 0xfe))).faults[0]!.code).toBe('not-utf-8');
    expect(checkGeoDirectory(join(folder, 'none'))).toEqual([]);
  });

  it('is known by its names', () => {
    expect(['a/regions.yaml', 'networks.yaml', 'latency.csv', 'x.mmdb'].every(isGeoFile)).toBe(true);
    expect(['example.com.yaml', '.x.mmdb', 'regions.zone'].some(isGeoFile)).toBe(false);
  });
});
