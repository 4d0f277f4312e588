import { describe, expect, it } from 'vitest';
import { absoluteTarget, encodeOwner, unservableTarget } from '../../../src/zone/octodns-target.ts';
import { readZoneText } from './yaml-zone.ts';

const cname = (value: string) => readZoneText(`www: {type: CNAME, value: ${value}}`).told;
const named = (key: string) => readZoneText(`${key}: {type: A, value: 192.0.2.1}`);

describe('targets', () => {
  it.each([
    ['target', 'error target-invalid www CNAME value "target" is not a valid FQDN'],
    ['.', 'error target-invalid www CNAME value "." is not a valid FQDN'],
    ['"a b.example.com."', 'error target-invalid www CNAME value "a b.example.com." is not a valid FQDN'],
    ['-a.example.com.', 'error target-invalid www CNAME value "-a.example.com." is not a valid FQDN'],
    [
      '☃.example.com.',
      'error target-idna www CNAME value "☃.example.com.": Codepoint U+2603 at position 1 of \'☃\' not allowed',
    ],
    ["''", 'error target-missing www missing value'],
    ['42', 'error target-not-text www CNAME value 42 is not a text: quote it'],
  ])('%s is refused', (value, told) => {
    expect(cname(value)).toEqual([told]);
  });

  it('that no server could serve pass with a warning and are left out', () => {
    for (const value of ['192.0.2.1', "'{name}.example.com'", '"a.example.com.\\n"']) {
      const zone = readZoneText(`www: {type: CNAME, value: ${value}}`);
      expect(zone.told[0], value).toMatch(/^warning value-unserved www /);
      expect(zone.records).toEqual([]);
    }
  });

  it('are absolute with or without the final dot, and in lower case', () => {
    expect(readZoneText('www: {type: CNAME, value: A.Example.com}').records).toEqual([
      'www.unit.test. 3600 CNAME a.example.com.',
    ]);
    expect(absoluteTarget('a.')).toBe('a.');
    expect(unservableTarget('a.example.com')).toBeNull();
  });
});

describe('owners', () => {
  it.each([
    ["'@'", 'error name-at @ invalid name "@", use "" instead'],
    ['"a b"', 'error name-whitespace a b invalid record, whitespace is not allowed'],
    ['a..b', 'error name-double-dot a..b invalid name, double `.` in "a..b.unit.test."'],
    ['www.', 'error name-double-dot www. invalid name, double `.` in "www..unit.test."'],
    ['☃', "error name-idna ☃ Codepoint U+2603 at position 1 of '☃' not allowed"],
  ])('%s is refused', (key, told) => {
    expect(named(key).told).toEqual([told]);
  });

  it('may be 253 octets with the final dot, and labels 63', () => {
    const label = 'a'.repeat(60);
    expect(named(`${label}.${label}.${label}.${'b'.repeat(59)}`).records.length).toBe(1);
    expect(named(`${label}.${label}.${label}.${'b'.repeat(60)}`).places).toEqual([
      expect.stringContaining('name-too-long'),
    ]);
    expect(named('a'.repeat(64)).places).toEqual([expect.stringContaining('label-too-long')]);
  });

  it('come in any script and any case', () => {
    expect(encodeOwner('BÜCHER')).toEqual({ name: 'xn--bcher-kva', fault: null });
    expect(encodeOwner('xn--a-ecp.ru').fault).toContain('U+2488');
    expect(named("'*.Bücher'").records).toEqual(['*.xn--bcher-kva.unit.test. 3600 A 192.0.2.1']);
    expect(named('.www').told[0]).toMatch(/^warning name-unserved/);
  });
});
