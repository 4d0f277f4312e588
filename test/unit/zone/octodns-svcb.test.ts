import { describe, expect, it } from 'vitest';
import { readZoneText } from './yaml-zone.ts';

const https = (value: string) => readZoneText(`www: {type: HTTPS, value: ${value}}`);
const params = (text: string) =>
  https(`{svcpriority: 1, targetname: ., svcparams: {${text}}}`).told.map((line) => line.split(' ').slice(3).join(' '));

describe('SVCB and HTTPS', () => {
  it('serve what they are given, in the order of the keys', () => {
    const value =
      '{svcpriority: 1, targetname: ., svcparams: {port: 8443, alpn: [h2, h3], no-default-alpn: , ipv4hint: [192.0.2.1], ech: aGVsbG8=}}';
    expect(https(value).records).toEqual([
      expect.stringMatching(
        /^www\.unit\.test\. 3600 HTTPS 1 \. alpn="?h2,h3"? no-default-alpn port="?8443"? ipv4hint="?192\.0\.2\.1"? ech="?aGVsbG8="?$/,
      ),
    ]);
    expect(https('{svcpriority: 0, targetname: foo.example.com}').records).toEqual([
      'www.unit.test. 3600 HTTPS 0 foo.example.com.',
    ]);
  });

  it.each([
    ['blah: 1', 'Unknown SvcParam blah'],
    ['key70000: x', 'SvcParam key "key70000" has wrong key number'],
    ['keyx: x', 'SvcParam key "keyx" has wrong format'],
    ['mandatory: [blah]', 'unsupported SvcParam "blah" in mandatory'],
    ['alpn: h2', 'alpn is not a list'],
    ['port: foo', 'port is not a number'],
    ['port: 70000', 'port 70000 is not a valid number'],
    ['ipv6hint: [192.0.2.1]', 'ipv6hint "192.0.2.1" is not a valid IPv6 address'],
    ['ech: "?"', 'ech SvcParam is invalid Base64'],
    ['no-default-alpn: 1', 'SvcParam no-default-alpn has value when it should not'],
  ])('refuse %s', (text, message) => {
    expect(params(text)).toEqual([message]);
  });

  it('have neither parameters in alias mode nor a missing target', () => {
    const told = https('{svcpriority: 0, svcparams: {port: 1}}').told;
    expect(told.map((line) => line.split(' ')[1]).sort()).toEqual(['svcparam-alias', 'target-missing']);
    expect(https('{svcpriority: 70000, targetname: .}').told).toEqual([
      'error field-range www invalid priority "70000"',
    ]);
  });
});
