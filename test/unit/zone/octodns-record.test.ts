import { describe, expect, it } from 'vitest';
import { codesOf, readZoneText } from './yaml-zone.ts';

const record = (fields: string) => readZoneText(`www: {type: A, value: 192.0.2.1, ${fields}}`);

describe('a record', () => {
  it.each([
    ['www: {value: 192.0.2.1}', 'error type-missing www Invalid record www.unit.test., missing type'],
    ['www: {Type: A}', 'error type-missing www Invalid record www.unit.test., missing type'],
    ['www: {type: a}', 'error type-unknown www Unknown record type: "a"'],
    ["'': {type: SOA}", 'error type-unknown  Unknown record type: "SOA"'],
    ['www: [192.0.2.1]', 'error record-not-map www a record must be a mapping with type and value, not 192.0.2.1'],
    ['www:', 'error record-not-map www a record must be a mapping with type and value, not None'],
    ["'': {type: CNAME, value: a.b.}", 'error cname-at-root  root CNAME not allowed'],
    ['www: {type: ALIAS, value: a.b.}', 'error alias-not-root www non-root ALIAS not allowed'],
    ['_a: {type: SRV}', 'error service-name _a invalid name for SRV record'],
  ])('%s', (text, told) => {
    expect(readZoneText(text).told).toEqual([told]);
  });

  it.each([
    ['ttl: 300.9', 300],
    ['ttl: yes', 1],
    ['ttl: 0300', 192],
    ['ttl: 1:00', 60],
    ['ttl: "60"', 60],
    ['colour: blue', 3600],
    ['ttl: 2147483648', 2147483647],
  ])('%s lives so many seconds', (fields, ttl) => {
    expect(record(fields).records).toEqual([`www.unit.test. ${ttl} A 192.0.2.1`]);
  });

  it.each([
    ['ttl: -1', 'ttl-negative'],
    ['ttl: 5m', 'ttl-invalid'],
    ['ttl: ~', 'ttl-invalid'],
    ['ttl: .inf', 'ttl-invalid'],
    ['octodns: ~', 'octodns-not-map'],
    ['octodns: {lenient: "true"}', 'lenient-invalid'],
    ['geo: {EUR: [192.0.2.1]}', 'geo-invalid'],
    ['geo: {EU: [nope]}', 'address-invalid'],
    ['geo: [EU]', 'geo-not-map'],
  ])('%s is refused', (fields, code) => {
    expect(codesOf(record(fields))).toEqual([code]);
  });

  it('that is lenient is warned of, unless it cannot be built', () => {
    const text = (value: string) => readZoneText(`t: {type: TXT, value: ${value}, octodns: {lenient: 1}, ttl: -5}`);
    expect(text('v=a; b').told.map((line) => line.split(' ')[0])).toEqual(['warning', 'warning', 'warning']);
    expect(text('v=a; b').records).toEqual([expect.stringMatching(/^t\.unit\.test\. 0 TXT "v=a\\?; b"$/)]);
    expect(readZoneText('w: {type: A, value: bad, octodns: {lenient: true}}').places).toEqual([
      expect.stringContaining('address-invalid'),
    ]);
  });

  it('with geo is served plainly, with a warning', () => {
    const zone = record('geo: {EU: [192.0.2.7], XX: 192.0.2.8}');
    expect(codesOf(zone)).toEqual(['geo-deprecated']);
    expect(zone.records).toEqual(['www.unit.test. 3600 A 192.0.2.1']);
  });

  it('that octoDNS ignores is served, with a warning', () => {
    const zone = record('octodns: {ignored: true}');
    expect(codesOf(zone)).toEqual(['octodns-ignored']);
    expect(zone.records.length).toBe(1);
  });

  it('that is not steered has no use for meridian, and only the apex has a SOA', () => {
    expect(codesOf(record('octodns: {meridian: {answers: 2}}'))).toEqual(['meridian-static']);
    expect(codesOf(record('octodns: {meridian: {soa: {refresh: 1}}}'))).toEqual(['meridian-soa']);
  });
});
