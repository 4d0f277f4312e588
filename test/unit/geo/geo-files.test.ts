import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/base/fault.ts';
import { formatIpPrefix } from '../../../src/base/ip-prefix.ts';
import { readNetworks, readRegions } from '../../../src/geo/geo-files.ts';

const REGIONS = `# where we are
eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26}
us-east:
  name: Virginia
  latitude: 38.9
  longitude: -77
  country: US
  province: VA
`;

/** `line:column code`, the part of a fault that must not move. */
function places(faults: readonly Fault[]): string[] {
  return faults.map((fault) => `${fault.line}:${fault.column} ${fault.code}`);
}

describe('readRegions', () => {
  it('reads regions in file order', () => {
    const { regions, faults } = readRegions('regions.yaml', REGIONS);
    expect(faults).toEqual([]);
    expect(regions).toEqual([
      { name: 'eu-west', label: 'Ireland', latitude: 53.35, longitude: -6.26, country: null, province: null },
      { name: 'us-east', label: 'Virginia', latitude: 38.9, longitude: -77, country: 'US', province: 'VA' },
    ]);
  });

  it('takes an empty file for no regions', () => {
    expect(readRegions('regions.yaml', '')).toEqual({ regions: [], faults: [] });
  });

  it('tells all faults at once, each with its place', () => {
    const text = [
      'a: {latitude: 91, longitude: 0}',
      'b: {latitude: 1}',
      'on: {latitude: 1, longitude: 1}',
      'c d: {latitude: 1, longitude: 1}',
      'e: {latitude: 1, longitude: 1, lat: 2}',
      'f: 12',
      'g: {latitude: 1, longitude: .nan}',
      'h: {latitude: 1, longitude: 1, country: XX}',
      'e: {latitude: 2, longitude: 2}',
    ].join('\n');
    const { faults } = readRegions('regions.yaml', text);
    expect(places(faults).sort()).toEqual(
      [
        '1:15 coordinates-range',
        '2:15 coordinates-missing',
        '3:1 region-name',
        '4:1 region-name',
        '6:4 geo-form',
        '7:29 coordinates-range',
        '8:41 country-unknown',
        '9:1 key-duplicate',
      ].sort(),
    );
    expect(faults[0]).toMatchObject({ file: 'regions.yaml', severity: 'error', record: null, type: null });
  });

  it('names an unknown key', () => {
    const { faults } = readRegions('regions.yaml', 'e: {latitude: 1, longitude: 1, lat: 2}');
    expect(places(faults)).toEqual(['1:32 key-unknown']);
  });

  it('passes on what the YAML reader has to say', () => {
    expect(readRegions('regions.yaml', 'a: [').faults.length).toBeGreaterThan(0);
    expect(readRegions('regions.yaml', '- a').faults[0]?.code).toBe('geo-form');
    expect(readRegions('regions.yaml', 'a: !include /etc/passwd').faults.length).toBeGreaterThan(0);
  });
});

describe('readNetworks', () => {
  const { regions } = readRegions('regions.yaml', REGIONS);
  const read = (text: string) => readNetworks('networks.yaml', text, regions);

  it('reads places by country, by coordinates and by region', () => {
    const { overrides, faults } = read(`
10.20.0.0/16: {country: DE, province: null, latitude: 52.5, longitude: 13.4}
198.51.100.0/24: {region: us-east}
2001:db8::/32: {region: eu-west}
10.0.0.1: {country: ca, province: QC}
`);
    expect(faults).toEqual([]);
    expect(overrides.map(({ prefix, ...place }) => [formatIpPrefix(prefix), place])).toEqual([
      ['10.20.0.0/16', { country: 'DE', province: null, latitude: 52.5, longitude: 13.4, region: null }],
      ['198.51.100.0/24', { country: 'US', province: 'VA', latitude: 38.9, longitude: -77, region: 'us-east' }],
      ['2001:db8::/32', { country: null, province: null, latitude: 53.35, longitude: -6.26, region: 'eu-west' }],
      ['10.0.0.1/32', { country: 'CA', province: 'QC', latitude: null, longitude: null, region: null }],
    ]);
  });

  it('lets an entry say more than its region', () => {
    const { overrides } = read('10.0.0.0/8: {region: us-east, country: GB}');
    expect(overrides[0]).toMatchObject({ country: 'GB', province: null, latitude: 38.9, region: 'us-east' });
  });

  it('reads NO as Norway and ON as Ontario, which YAML 1.1 takes for booleans', () => {
    const { overrides, faults } = read('10.0.0.0/8: {country: NO}\n11.0.0.0/8: {country: CA, province: ON}');
    expect(faults).toEqual([]);
    expect(overrides.map((each) => [each.country, each.province])).toEqual([
      ['NO', null],
      ['CA', 'ON'],
    ]);
  });

  it('tells all faults at once, each with its place', () => {
    const text = [
      '10.0.0.1/8: {country: DE}',
      '10.0.0.0/33: {country: DE}',
      'example: {country: DE}',
      '10.1.0.0/16: {region: mars}',
      '10.2.0.0/16: {country: DEU}',
      '10.3.0.0/16: {country: US, province: ZZ}',
      '10.4.0.0/16: {latitude: 5}',
      '10.5.0.0/16: {country: DE, city: Berlin}',
      '10.6.0.0/16: {}',
      '10.7.0.0/16: {country: DE}',
      '10.7.0.0/255.255.0.0: {country: DE}',
      '10.8.0.0/16: {province: CA}',
      '10.7.0.0/16: {country: FR}',
    ].join('\n');
    expect(places(read(text).faults).sort()).toEqual(
      [
        '1:1 network-host-bits',
        '2:1 network-bad-length',
        '3:1 network-not-an-address',
        '4:23 region-unknown',
        '5:24 country-unknown',
        '6:38 province-unknown',
        '7:25 coordinates-missing',
        '8:28 key-unknown',
        '9:1 network-empty',
        '11:1 network-duplicate',
        '12:25 province-unknown',
        '13:1 key-duplicate',
      ].sort(),
    );
  });
});
