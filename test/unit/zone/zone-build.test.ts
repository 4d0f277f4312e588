import { describe, expect, it } from 'vitest';
import { nameToText } from '../../../src/wire/name.ts';
import { codesOf, readZoneText } from './yaml-zone.ts';

describe('a zone', () => {
  it('gets a start of authority from the configuration, its first name server and the apex record', () => {
    const text =
      "'': {type: NS, values: [ns9.example.com.], octodns: {meridian: {soa: {rname: dns.example.net., minimum: 30}}}}";
    const soa = readZoneText(text, {}, { soaDefaults: { minimum: 10, retry: 77 } }).model!.soa;
    expect([nameToText(soa.mname), nameToText(soa.rname)]).toEqual(['ns9.example.com.', 'dns.example.net.']);
    expect(soa).toMatchObject({ serial: 7, refresh: 3600, retry: 77, expire: 604_800, minimum: 30, ttl: 3600 });
    expect(nameToText(readZoneText('').model!.soa.rname)).toBe('hostmaster.unit.test.');
  });

  it('need not name its servers: octoDNS trees often leave the apex NS to the provider', () => {
    expect(readZoneText('').faults).toEqual([]);
  });

  it('resolves an ALIAS inside itself, through CNAMEs', () => {
    const zone = readZoneText(
      "'': {type: ALIAS, value: a.unit.test}\na: {type: CNAME, value: b.unit.test.}\nb: [{type: A, ttl: 60, value: 192.0.2.1}, {type: AAAA, value: '2001:db8::1'}]\n",
    );
    expect(zone.records.filter((line) => line.startsWith('unit.test.'))).toEqual([
      'unit.test. 3600 AAAA 2001:db8::1',
      'unit.test. 60 A 192.0.2.1',
    ]);
    for (const target of ['a.example.com.', 'none.unit.test.', '192.0.2.1']) {
      expect(codesOf(readZoneText(`'': {type: ALIAS, value: ${target}}`)), target).toEqual(['alias-unserved']);
    }
    expect(
      codesOf(readZoneText("'': {type: ALIAS, value: a.unit.test}\na: {type: CNAME, value: a.unit.test.}\n")),
    ).toEqual(['alias-unserved']);
  });

  it('leaves out what the DNS has no place for', () => {
    const zone = readZoneText(
      "'': {type: DNAME, value: a.example.com.}\nu: {type: URLFWD, value: {path: /, target: x, code: 301, masking: 0, query: 0}}\n",
    );
    expect(codesOf(zone)).toEqual(['dname-at-root', 'type-unserved']);
    expect(zone.records).toEqual([]);
  });

  it('takes in the records of a master file, but not twice', () => {
    const base = readZoneText('a: {type: A, value: 192.0.2.1}\nc: {type: CNAME, value: x.example.com.}\n').model;
    const merged = readZoneText("b: {type: A, value: 192.0.2.2}\na: {type: AAAA, value: '::1'}", {}, { base });
    expect(merged.records.map((line) => line.split(' ')[0])).toEqual([
      'a.unit.test.',
      'a.unit.test.',
      'b.unit.test.',
      'c.unit.test.',
    ]);
    expect(codesOf(readZoneText('a: {type: A, value: 192.0.2.2}', {}, { base }))).toEqual(['record-in-both']);
    expect(codesOf(readZoneText('c: {type: A, value: 192.0.2.2}', {}, { base }))).toEqual(['cname-coexists']);
    expect(merged.model!.soa.serial).toBe(7);
  });
});
