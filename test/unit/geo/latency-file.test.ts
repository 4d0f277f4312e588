import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpPrefix } from '../../../src/base/ip-prefix.ts';
import { readLatencies } from '../../../src/geo/latency-file.ts';
import { regionAt } from '../../tools/model-zone.ts';

const REGIONS = [regionAt('eu-west', 53, -6), regionAt('us-east', 39, -77)];
const read = (text: string) => readLatencies('latency.csv', text, REGIONS);
const HEADER = 'from,region,ms,count\n';
const faultOf = (line: string) => {
  const { faults, byRegion } = read(`${HEADER}EU,us-east,80,5\n${line}\n`);
  expect(byRegion.get('eu-west')).toBeUndefined();
  return faults.map(({ code, line: at, column }) => `${code} ${at}:${column}`).join();
};

describe('latency.csv', () => {
  it('says what is known of the ways to each region, by place and by network', () => {
    const text = `# ours
region, from, count, ms
eu-west, EU-DE, 420, 31.5
eu-west, 203.0.113.0/24, 55, 12
us-east, NA-US-CA, 1300, 72
us-east, "2001:DB8::/32", 1, 90
us-east, 203.0.113.0/24, 3, 88
`;
    const { byRegion, networks, faults } = read(text);
    expect(faults).toEqual([]);
    expect(Object.fromEntries(byRegion)).toEqual({
      'eu-west': [
        { from: 'EU-DE', ms: 31.5, count: 420 },
        { from: '203.0.113.0/24', ms: 12, count: 55 },
      ],
      'us-east': [
        { from: 'NA-US-CA', ms: 72, count: 1300 },
        { from: '2001:db8::/32', ms: 90, count: 1 },
        { from: '203.0.113.0/24', ms: 88, count: 3 },
      ],
    });
    expect(networks.map(formatIpPrefix)).toEqual(['203.0.113.0/24', '2001:db8::/32']);
  });

  it('is refused with the place of every fault', () => {
    expect(faultOf('AS64500,eu-west,10,5')).toBe('latency-asn 3:1');
    expect(faultOf('64500,eu-west,10,5')).toBe('latency-asn 3:1');
    expect(faultOf('EU-US,eu-west,10,5')).toBe('latency-from 3:1');
    expect(faultOf('XX,eu-west,10,5')).toBe('latency-from 3:1');
    expect(faultOf('NA-US-ZZ,eu-west,10,5')).toBe('latency-from 3:1');
    expect(faultOf('unknown,eu-west,10,5')).toBe('latency-from 3:1');
    expect(faultOf('EU-DE@+52.5+013.4,eu-west,10,5')).toMatch(/^(?:latency-from|network-not-an-address) 3:1$/);
    expect(faultOf('192.0.2.1/24,eu-west,10,5')).toBe('network-host-bits 3:1');
    expect(faultOf('EU, mars,10,5')).toBe('region-unknown 3:5');
    expect(faultOf('EU,eu-west,0,5')).toBe('latency-ms 3:12');
    expect(faultOf('EU,eu-west,10001,5')).toBe('latency-ms 3:12');
    expect(faultOf('EU,eu-west,1e1,5')).toBe('latency-ms 3:12');
    expect(faultOf('EU,eu-west,10,0')).toBe('latency-count 3:15');
    expect(faultOf('EU,eu-west,10')).toBe('latency-line 3:1');
    expect(faultOf('EU,us-east,81,5')).toBe('latency-duplicate 3:1');
    expect(faultOf('XX,mars,-1,x')).toBe('latency-from 3:1,region-unknown 3:4,latency-ms 3:9,latency-count 3:12');
    expect(read('place,region\n').faults).toMatchObject([{ code: 'latency-header', line: 1, column: 1 }]);
    expect(read(`${HEADER}AS1,eu-west,10,5\n`).faults[0]!.message).toMatch(/AS number are not known here/);
  });

  it('may be empty, and is never an exception', () => {
    expect(read('').faults).toEqual([]);
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.constantFrom('EU', ',', '\n', '1', 'eu-west', '/', ':', '"', '\0')),
        (a, b) => {
          for (const text of [a, HEADER + a, HEADER + b.join('')]) expect(read(text).faults).toBeInstanceOf(Array);
        },
      ),
    );
  });

  it('ends at its limit', () => {
    const line = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32,eu-west,1,1\n`;
    const { faults, networks } = read(HEADER + Array.from({ length: 200_002 }, (_, i) => line(i)).join(''));
    expect(faults.map(({ code, line: at }) => [code, at])).toEqual([['latency-too-long', 200_002]]);
    expect(networks).toHaveLength(200_000);
  }, 60_000);
});
