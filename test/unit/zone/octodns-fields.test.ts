import { describe, expect, it } from 'vitest';
import { OBJECT_FIELDS } from '../../../src/zone/octodns-fields.ts';
import { readZoneText } from './yaml-zone.ts';

const told = (key: string, type: string, value: string) =>
  readZoneText(`${key}: {type: ${type}, value: ${value}}`).told.map((line) => line.replace(/^(\w+) \S+ \S+ /, '$1 '));

describe('values that are mappings', () => {
  it.each([
    ['www', 'CAA', '{flags: 999}', ['error missing tag', 'error missing value', 'error invalid flags "999"']],
    ['www', 'DS', '{flags: 1}', ['error missing protocol', 'error missing algorithm', 'error missing public_key']],
    [
      '_a._tcp',
      'SRV',
      '{priority: x, weight: 1, port: ~, target: "."}',
      ['error invalid priority "x"', 'error invalid port "None"'],
    ],
    [
      'www',
      'NAPTR',
      '{order: 1, preference: 2, flags: Q, service: s, regexp: r, replacement: .}',
      ['error unrecognized flags "Q"'],
    ],
    [
      'www',
      'SSHFP',
      '{algorithm: 9, fingerprint_type: 3, fingerprint: ab}',
      ['error unrecognized algorithm "9"', 'error unrecognized fingerprint_type "3"'],
    ],
    [
      'www',
      'SSHFP',
      '{algorithm: 1, fingerprint_type: 2, fingerprint: ab}',
      ['error fingerprint length 2 does not match fingerprint_type 2 (expected 64)'],
    ],
    [
      '_443._tcp',
      'TLSA',
      '{certificate_usage: 4, certificate_association_data: ab}',
      ['error invalid certificate_usage "4"', 'error missing selector', 'error missing matching_type'],
    ],
    ['_a._tcp', 'URI', "{priority: 1, weight: 2, target: ''}", ['error missing target']],
    [
      'www',
      'URLFWD',
      '{path: /, code: 3, masking: 9, query: x}',
      [
        'error missing target',
        'error invalid query setting "x"',
        'error unrecognized return code "3"',
        'error unrecognized masking setting "9"',
      ],
    ],
    ['www', 'MX', '{}', ['error missing preference', 'error missing exchange']],
    ['www', 'MX', '10 mx.example.com.', ['error a MX value must be a mapping of preference, exchange']],
  ])('%s %s %s', (key, type, value, faults) => {
    expect(told(key, type, value).sort()).toEqual([...faults].sort());
  });

  it('check LOC in degrees, metres and directions', () => {
    const fields = OBJECT_FIELDS.LOC!.map(
      (rule) => `${rule.key}: ${rule.kind === 'choice' ? rule.choices![0] : 1}`,
    ).join(', ');
    const loc = (key: string, value: string) =>
      told('www', 'LOC', `{${fields.replace(new RegExp(`${key}: [^,]+`), `${key}: ${value}`)}}`);
    expect(told('www', 'LOC', `{${fields}}`)).toEqual([]);
    expect(loc('lat_degrees', '91')).toEqual(['error invalid value for lat_degrees "91"']);
    expect(loc('lat_seconds', '60')).toEqual(['error invalid value for lat_seconds "60"']);
    expect(loc('altitude', 'foo')).toEqual(['error invalid altitude "foo"']);
    expect(loc('lat_direction', 's')).toEqual(['error invalid direction for lat_direction "s"']);
  });
});
