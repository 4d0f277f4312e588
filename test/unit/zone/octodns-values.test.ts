import { describe, expect, it } from 'vitest';
import { isGenericType, OCTODNS_TYPES } from '../../../src/zone/octodns-values.ts';
import { codesOf, readZoneText } from './yaml-zone.ts';

const served = (key: string, type: string, value: string) =>
  readZoneText(`${key}: {type: ${type}, values: ${value}}`).records.map((line) => line.split(' ').slice(2).join(' '));

describe('values', () => {
  it.each([
    ['www', 'A', '[192.0.2.2, 192.0.2.1, 192.0.2.1]', ['A 192.0.2.1', 'A 192.0.2.2']],
    ['www', 'AAAA', "['2001:DB8::1']", ['AAAA 2001:db8::1']],
    ['www', 'NS', '[ns1.example.com, ns2.example.com.]', ['NS ns1.example.com.', 'NS ns2.example.com.']],
    ['www', 'PTR', 'a.example.com.', ['PTR a.example.com.']],
    [
      'www',
      'MX',
      '[{preference: 10, exchange: mx.example.com}, {priority: 5, value: old.example.com.}]',
      ['MX 10 mx.example.com.', 'MX 5 old.example.com.'],
    ],
    ['_a._tcp', 'SRV', '{priority: 0, weight: 0, port: 0, target: .}', ['SRV 0 0 0 .']],
    ['www', 'CAA', '{tag: issue, value: ca.example.net}', ['CAA 0 issue "ca.example.net"']],
    ['www', 'DS', '{flags: 1, protocol: 5, algorithm: 1, public_key: AB12}', ['DS 1 5 1 AB12']],
    ['_a._tcp', 'URI', "{priority: 1, weight: 2, target: 'ftp://a/'}", ['URI 1 2 "ftp://a/"']],
    ['www', 'TYPE65280', "'\\# 4 01020304'", ['TYPE65280 \\# 4 01020304']],
  ])('%s %s %s', (key, type, value, records) => {
    expect(served(key, type, value).map((line) => line.toUpperCase())).toEqual(
      records.map((line) => line.toUpperCase()),
    );
  });

  it('that the DNS cannot carry are left out one by one, with their place', () => {
    const zone = readZoneText(
      'b:\n  type: MX\n  values:\n  - {preference: 65536, exchange: a.b.}\n  - {preference: 1, exchange: a.b.}\n_c._d: {type: SRV}\nd: {type: TLSA, value: {certificate_usage: 1, selector: 1, matching_type: 1, certificate_association_data: xyz}}\n',
    );
    expect(zone.records).toEqual(['b.unit.test. 3600 MX 1 a.b.']);
    expect(zone.faults.slice(0, 3).map(({ code, line }) => `${code} ${line}`)).toEqual([
      'value-unserved 4',
      'record-empty 6',
      'value-unserved 7',
    ]);
  });

  it('of unknown types must be in the generic form', () => {
    expect(codesOf(readZoneText('www: {type: TYPE65280, value: hello}'))).toEqual(['rdata-invalid']);
    expect(isGenericType('TYPE65280')).toBe(true);
    expect([isGenericType('TYPE0'), isGenericType('A'), isGenericType('TYPE70000')]).toEqual([false, false, false]);
    expect(OCTODNS_TYPES.has('SOA')).toBe(false);
  });

  it('warns of a digest of another length than its algorithm has, which octoDNS accepts and which is served as written', () => {
    const ds = (digest: string) =>
      readZoneText(`sub: {type: DS, value: {key_tag: 1, algorithm: 13, digest_type: 2, digest: ${digest}}}`);
    expect(codesOf(ds('ab'.repeat(32)))).toEqual([]);
    expect(codesOf(ds('ab'.repeat(31)))).toEqual(['digest-length']);
    expect(ds('ab'.repeat(31)).records).toHaveLength(1);
    const tlsa = 'certificate_usage: 3, selector: 1, matching_type: 1, certificate_association_data: abcd';
    expect(codesOf(readZoneText(`_443._tcp: {type: TLSA, value: {${tlsa}}}`))).toEqual(['digest-length']);
  });

  it('takes a type that octoDNS has no name for by its number, in its text form too', () => {
    expect(readZoneText("apl: {type: TYPE42, values: ['1:192.0.2.0/24 !1:192.0.2.64/28']}").records).toEqual([
      'apl.unit.test. 3600 APL 1:192.0.2.0/24 !1:192.0.2.64/28',
    ]);
  });
});
