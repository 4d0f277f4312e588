import { describe, expect, it } from 'vitest';
import { MERIDIAN_HEALTHCHECK, meridianHealthcheck, misplacedKeys } from '../../../src/zone/meridian-healthcheck.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { readZoneText } from './yaml-zone.ts';

const zoneOf = (healthcheck: string, protocol = 'HTTP', metadataTargets = false) =>
  readZoneText(
    `www:
  type: A
  value: 192.0.2.9
  octodns:
    healthcheck: {protocol: ${protocol}}
    meridian:
      healthcheck:
        ${healthcheck}
  dynamic: {pools: {p: {values: [{value: 192.0.2.1}]}}, rules: [{pool: p}]}
`,
    {},
    { metadataTargets },
  );
const checkOf = (healthcheck: string, protocol?: string): CheckSpec => {
  const { model, told } = zoneOf(healthcheck, protocol);
  if (model === null) throw new Error(told.join('\n'));
  return model.dynamics[0]!.pools[0]!.endpoints[0]!.check;
};
/** `line:column message` of every error. */
const faultsOf = (healthcheck: string, protocol?: string) =>
  zoneOf(healthcheck, protocol)
    .faults.filter(({ severity }) => severity === 'error')
    .map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('kinds of check', () => {
  it('are those of octoDNS and two of our own', () => {
    expect(checkOf('protocol: TLS')).toMatchObject({ protocol: 'TLS', port: 443, host: 'www.unit.test', path: '' });
    const dns = checkOf('{protocol: DNS, dns: {qname: WWW.Example.com., qtype: aaaa, answers: ["2001:DB8:0::1"]}}');
    expect(dns).toMatchObject({
      protocol: 'DNS',
      port: 53,
      dns: { qname: 'www.example.com', qtype: 'AAAA', rcode: 'NOERROR', answers: ['2001:db8::1'], recursive: false },
    });
    expect(checkOf('{protocol: ICMP}')).toMatchObject({ protocol: 'ICMP', port: 0 });
    expect(checkOf('rise: 3')).toMatchObject({ protocol: 'HTTP', dns: null, send: null, expectPattern: null });
  });

  it('send and expect what the file says', () => {
    expect(checkOf('{send: "PING\\r\\n", expect: "+PONG"}', 'TCP')).toMatchObject({
      send: '50494e470d0a',
      expectText: '+PONG',
    });
    expect(checkOf('{send_hex: FF00, expect_regex: "^\\\\xff"}', 'UDP')).toMatchObject({
      send: 'ff00',
      expectPattern: '^\\xff',
    });
    expect(checkOf('expect_regex: "up|ok"')).toMatchObject({ expectPattern: 'up|ok', expectText: null });
    expect(checkOf('{protocol: TLS, tls_verify: true, expect: "* OK"}')).toMatchObject({ tlsVerify: true });
  });

  it('have names that tell them apart', () => {
    const ids = [
      checkOf('{send: a}', 'TCP'),
      checkOf('{send: b}', 'TCP'),
      checkOf('{expect: a}', 'TCP'),
      checkOf('{expect_regex: a}', 'TCP'),
      checkOf('{protocol: DNS, dns: {qname: a}}'),
      checkOf('{protocol: DNS, dns: {qname: a, recursive: true}}'),
      checkOf('{protocol: DNS, dns: {qname: a, qtype: TXT, answers: ["a/b", "c"]}}'),
      checkOf('{protocol: DNS, dns: {qname: a, qtype: TXT, answers: ["a", "b/c"]}}'),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a bad definition is refused with its place', () => {
  it.each([
    [
      '{expect_regex: "a(b"}',
      'HTTP',
      '8:24 meridian.healthcheck.expect_regex: the pattern has a "(" without ")" (at character 4)',
    ],
    ['{expect_regex: "(a)\\\\1"}', 'HTTP', '8:24 meridian.healthcheck.expect_regex: the pattern has the escape \\1'],
    [
      '{expect_regex: a, expect_body: b}',
      'HTTP',
      '8:24 meridian.healthcheck.expect_regex: expect_regex and an expected text',
    ],
    ['{send: a, send_hex: "00"}', 'TCP', '8:29 meridian.healthcheck.send_hex: send and send_hex exclude each other'],
    ['{send_hex: abc}', 'TCP', '8:20 meridian.healthcheck.send_hex: must be pairs'],
    ['{send: a}', 'HTTP', '8:16 send is for TCP, TLS, UDP checks, this one is HTTP'],
    ['{expect: a}', 'ICMP', '8:18 expect is for TCP, TLS, UDP checks, this one is ICMP'],
    ['{expect_body: a}', 'TCP', '8:23 expect_body is for HTTP, HTTPS checks, this one is TCP'],
    ['{tls_verify: true}', 'HTTP', '8:22 tls_verify is for HTTPS, TLS checks, this one is HTTP'],
    ['{dns: {qname: a}}', 'UDP', '8:15 dns is for DNS checks, this one is UDP'],
    ['{protocol: DNS}', 'HTTP', '8:9 a DNS check needs to know what to ask for'],
    ['{protocol: DNS, dns: {qname: "a..b"}}', 'HTTP', '8:38 meridian.healthcheck.dns.qname: is no domain name'],
    ['{protocol: DNS, dns: {qname: a, qtype: AXFR}}', 'HTTP', '8:48 meridian.healthcheck.dns.qtype: is no type'],
    [
      '{protocol: DNS, dns: {qname: a, answers: [x]}}',
      'HTTP',
      '8:51 meridian.healthcheck.dns.answers.0: is no A record',
    ],
    ['{protocol: DNS, dns: {qname: a, rcode: FINE}}', 'HTTP', '8:48 meridian.healthcheck.dns.rcode: '],
    ['{protocol: FTP}', 'HTTP', '8:20 meridian.healthcheck.protocol: '],
  ])('%s of %s', (healthcheck, protocol, fault) => {
    const faults = faultsOf(healthcheck, protocol);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it('a metadata address as well, unless the operator allows it', () => {
    expect(faultsOf('{target: "fe80::1"}')[0]).toContain('where clouds keep credentials');
    expect(zoneOf('{target: "fe80::1"}', 'HTTP', true).model).not.toBeNull();
  });
});

it('nothing is said where the file says nothing', () => {
  expect(meridianHealthcheck(undefined)).toBeNull();
  expect(misplacedKeys(undefined, 'TCP')).toEqual([]);
  expect(misplacedKeys(MERIDIAN_HEALTHCHECK.parse({ tls_verify: false }), 'TCP')).toEqual([]);
});
