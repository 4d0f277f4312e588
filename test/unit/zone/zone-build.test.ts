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

  it('takes an ALIAS in, and warns of a target that cannot have addresses here', () => {
    const zone = readZoneText(
      "'': {type: ALIAS, ttl: 77, value: A.unit.test}\na: {type: CNAME, value: b.example.com.}\n",
    );
    expect(zone.faults).toEqual([]);
    const [alias] = zone.model!.aliases;
    expect([nameToText(alias!.owner), nameToText(alias!.target), alias!.ttlSeconds]).toEqual([
      'unit.test.',
      'a.unit.test.',
      77,
    ]);
    for (const target of ['a.example.com.', 'none.unit.test.', '192.0.2.1', 'unit.test.']) {
      expect(codesOf(readZoneText(`'': {type: ALIAS, value: ${target}}`)), target).toEqual(['alias-unserved']);
    }
    const outside = "'': {type: ALIAS, value: a.example.com.}";
    expect(codesOf(readZoneText(outside, {}, { resolvesAliases: true }))).toEqual([]);
    const held = "'*.w': {type: A, value: 192.0.2.1}\nd: {type: NS, value: ns.example.com.}\n";
    for (const target of ['x.w', 'x.d']) {
      expect(codesOf(readZoneText(`'': {type: ALIAS, value: ${target}.unit.test.}\n${held}`)), target).toEqual([]);
    }
  });

  it('takes an ALIAS elsewhere where its record is lenient', () => {
    const zone = readZoneText('www: {type: ALIAS, value: a.example.com., octodns: {lenient: true}}');
    expect(zone.model!.aliases.map(({ owner }) => nameToText(owner))).toEqual(['www.unit.test.']);
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
